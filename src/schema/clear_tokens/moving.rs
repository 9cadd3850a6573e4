//! Moves the tokens: an account a transaction.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

use super::super::prepare::connect;
use super::holders::{self, Table};
use super::judgement::{self, Holder, Stored};
use super::outcome::{LeftToken, MovedAccount, MovedTokens, NotMoved, Reach, WhyLeft};
use crate::tenancy::secrets::{KeyRing, PRIMARY_TOKEN, Place, SECONDARY_TOKEN};
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;

/// With the pause and the time that each waits: half a minute.
const TRIES: usize = 45;
const PAUSE: Duration = Duration::from_millis(250);
const SETTINGS: &str = "SET LOCAL lock_timeout = '400ms'";

/// Encrypts and stores the tokens that stand in clear, and clears them there. Safe to run again, and beside another one.
pub async fn move_clear_tokens(options: &PgConnectOptions, ring: &KeyRing) -> Result<MovedTokens, NotMoved> {
    let mut connection = connect(options).await?;
    let moved = move_all(&mut connection, ring).await;
    // What was committed is; a failed close loses nothing.
    let _ = connection.close().await;
    moved
}

async fn move_all(connection: &mut PgConnection, ring: &KeyRing) -> Result<MovedTokens, NotMoved> {
    let tables = holders::tables(connection).await?;
    let accounts = holders::accounts(connection, &tables).await?;
    let mut moved = MovedTokens::default();
    if !accounts.is_empty() {
        leave_canary(connection, ring).await?;
    }
    for sid in accounts {
        let (account, left) = with_patience(connection, ring, &tables, &sid).await?;
        moved.accounts.extend(account);
        moved.left.extend(left);
    }
    for table in &tables {
        moved.left.extend(leave_unfit(connection, table).await?);
    }
    Ok(moved)
}

/// The same as for any token that is stored: a wrong key must show now, and not when the token is needed.
async fn leave_canary(connection: &mut PgConnection, ring: &KeyRing) -> Result<(), NotMoved> {
    let canaries: Vec<String> = sqlx::query_scalar("SELECT sealed FROM switchboard.encryption_canaries")
        .fetch_all(&mut *connection)
        .await?;
    ring.recognises(canaries.iter().map(String::as_str))?;
    sqlx::query(
        "INSERT INTO switchboard.encryption_canaries (key_id, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    )
    .bind(ring.writing_key_id())
    .bind(ring.canary()?)
    .execute(connection)
    .await?;
    Ok(())
}

type Settled = (Option<MovedAccount>, Vec<LeftToken>);

/// Somebody may hold a tenant's row for a moment.
async fn with_patience(
    connection: &mut PgConnection,
    ring: &KeyRing,
    tables: &[Table],
    sid: &AccountSid,
) -> Result<Settled, NotMoved> {
    for _ in 1..TRIES {
        match settle(connection, ring, tables, sid).await {
            Err(Failed::Contended) => tokio::time::sleep(PAUSE).await,
            Err(Failed::Otherwise(error)) => return Err(error),
            Ok(settled) => return Ok(settled),
        }
    }
    settle(connection, ring, tables, sid).await.map_err(|failed| match failed {
        Failed::Contended => NotMoved::Database(format!("the rows of {sid} are held by another session")),
        Failed::Otherwise(error) => error,
    })
}

enum Failed {
    Contended,
    Otherwise(NotMoved),
}

impl<E: Into<NotMoved>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Otherwise(error.into())
    }
}

/// One account, in one transaction.
async fn settle(
    connection: &mut PgConnection,
    ring: &KeyRing,
    tables: &[Table],
    sid: &AccountSid,
) -> Result<Settled, Failed> {
    let mut transaction = connection.begin().await?;
    transaction.execute(SETTINGS).await?;
    let settled = settle_in(&mut transaction, ring, tables, sid).await;
    match settled {
        Ok(settled) => {
            transaction.commit().await?;
            Ok(settled)
        }
        Err(failed) => {
            transaction.rollback().await?;
            Err(failed)
        }
    }
}

async fn settle_in(
    transaction: &mut PgConnection,
    ring: &KeyRing,
    tables: &[Table],
    sid: &AccountSid,
) -> Result<Settled, Failed> {
    let holders = holders::of_account(transaction, tables, sid).await.map_err(contended)?;
    let Some(_) = holders.first() else { return Ok((None, Vec::new())) };
    let (reach, verdicts) = judge(transaction, ring, sid, &holders).await?;
    let mut account = MovedAccount { sid: sid.clone(), tenants: Vec::new(), reach };
    let mut left = Vec::new();
    for (holder, verdict) in holders.iter().zip(verdicts) {
        let Some(table) = tables.get(holder.table) else { continue };
        let tenant = holder.tenant.as_ref();
        let slug = tenant.map_or_else(|| holder.row.clone(), |(_, slug)| slug.clone());
        match verdict {
            Ok(()) => {
                let id = tenant.map(|(id, _)| *id);
                let rows = std::slice::from_ref(&holder.row);
                holders::clear(transaction, table, sid, rows).await.map_err(contended)?;
                holders::note_moved(transaction, table, &holder.row, id, sid).await?;
                account.tenants.push(slug);
            }
            Err(why) => {
                let noted = holders::note_left(transaction, table, &holder.row, Some(sid), why).await?;
                left.push(LeftToken { tenant: slug, sid: Some(sid.clone()), why, noted });
            }
        }
    }
    account.tenants.sort();
    account.tenants.dedup();
    Ok(((!account.tenants.is_empty()).then_some(account), left))
}

/// Stores the account, or finds that it is stored; says of each row whether its token is now kept elsewhere.
async fn judge(
    transaction: &mut PgConnection,
    ring: &KeyRing,
    sid: &AccountSid,
    holders: &[Holder],
) -> Result<(Reach, Vec<Result<(), WhyLeft>>), Failed> {
    let new = judgement::new_account(holders);
    if let Ok(account) = &new
        && store(transaction, ring, sid, account).await?
    {
        return Ok((account.reach(), holders.iter().map(|_| Ok(())).collect()));
    }
    let verdicts = match (stored(transaction, ring, sid).await?, new) {
        (Some(stored), _) => holders.iter().map(|holder| judgement::is_kept_by(holder, &stored)).collect(),
        (None, Err(why)) => holders.iter().map(|_| Err(why)).collect(),
        // Removed by somebody in this very moment: the next run stores it.
        (None, Ok(_)) => return Err(Failed::Contended),
    };
    Ok((Reach::AsBefore, verdicts))
}

/// False where the account is there already. It keeps its token.
async fn store(
    transaction: &mut PgConnection,
    ring: &KeyRing,
    sid: &AccountSid,
    account: &judgement::NewAccount<'_>,
) -> Result<bool, Failed> {
    let place = Place { row: sid.as_str(), column: PRIMARY_TOKEN };
    let sealed = ring.seal(account.token.reveal(), place)?;
    let stored = sqlx::query(
        "INSERT INTO switchboard.twilio_accounts (account_sid, tenant_id, primary_token_sealed) VALUES ($1, $2, $3)
         ON CONFLICT (account_sid) DO NOTHING",
    )
    .bind(sid.as_str())
    .bind(account.owner)
    .bind(sealed)
    .execute(transaction)
    .await
    .map_err(contended)?;
    Ok(stored.rows_affected() == 1)
}

/// A token that our keys don't open counts as another one.
async fn stored(
    transaction: &mut PgConnection,
    ring: &KeyRing,
    sid: &AccountSid,
) -> Result<Option<Stored>, Failed> {
    let row: Option<(Option<Uuid>, String, Option<String>)> = sqlx::query_as(
        "SELECT tenant_id, primary_token_sealed, secondary_token_sealed FROM switchboard.twilio_accounts WHERE account_sid = $1",
    )
    .bind(sid.as_str())
    .fetch_optional(transaction)
    .await?;
    let open = |sealed: &str, column| {
        let opened = ring.open(sealed, Place { row: sid.as_str(), column }).ok()?;
        AuthToken::parse(&opened).ok()
    };
    Ok(row.map(|(tenant, primary, secondary)| {
        let secondary = secondary.and_then(|sealed| open(&sealed, SECONDARY_TOKEN));
        Stored { tenant, tokens: open(&primary, PRIMARY_TOKEN).into_iter().chain(secondary).collect() }
    }))
}

async fn leave_unfit(connection: &mut PgConnection, table: &Table) -> Result<Vec<LeftToken>, NotMoved> {
    let mut transaction = connection.begin().await?;
    let mut left = Vec::new();
    for (row, slug) in holders::without_account(&mut transaction, table).await? {
        let why = WhyLeft::NoAccount;
        let noted = holders::note_left(&mut transaction, table, &row, None, why).await?;
        left.push(LeftToken { tenant: slug.unwrap_or(row), sid: None, why, noted });
    }
    transaction.commit().await?;
    Ok(left)
}

/// A lock that was not to be had, or two sessions that waited for each other.
fn contended(error: sqlx::Error) -> Failed {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match code.as_deref() {
        Some("55P03" | "40P01") => Failed::Contended,
        Some(_) | None => Failed::Otherwise(error.into()),
    }
}
