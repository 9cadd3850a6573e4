//! The rows that hold a token in clear: found, counted, locked, cleared.
//!
//! Trap: the columns are an older program's. No migration makes them, so nothing here can be checked at build time.

use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::super::names::{literal, quoted};
use super::judgement::Holder;
use super::outcome::{Noted, WhyLeft};
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;

/// The audit's word for a token that stays.
pub(super) const LEFT: &str = "token left in clear";
/// The audit's word for a token that is encrypted now.
pub(super) const MOVED: &str = "token moved";

/// What stands around a text that somebody pasted.
const BLANKS: &str = r"E' \t\r\n'";
/// A row whose token is more than blanks.
const HOLDS: &str = r"btrim(x.twilio_auth_token::text, E' \t\r\n') <> ''";
const IS_SID: &str = "'^AC[0-9a-fA-F]{32}$'";
/// The row's id, whatever its type, and even if there is none.
const ROW: &str = "to_jsonb(x) ->> 'id'";
/// The row's tenant: itself, or the copy that was made of it under an id computed from its own.
const TENANT: &str = "LEFT JOIN public.tenants t ON t.id::text IN (to_jsonb(x) ->> 'id', md5('tenants:' || (to_jsonb(x) ->> 'id'))::uuid::text)";

/// A table of tenants with columns for a token.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Table {
    /// Without its schema.
    pub(super) name: String,
    /// What a cleared column says: nothing, or a blank where it must say something.
    cleared: String,
    /// Those that fire.
    triggers: Vec<String>,
}

impl Table {
    fn full_name(&self) -> String {
        format!("public.{}", self.name)
    }

    fn in_sql(&self) -> String {
        format!("public.{}", quoted(&self.name))
    }
}

/// The tenants' table, and older ones that were renamed aside and copied. Those whose rows the login can't see are left out.
pub(super) async fn tables(connection: &mut PgConnection) -> Result<Vec<Table>, sqlx::Error> {
    sqlx::query_as(
        "SELECT c.relname::text AS name, CASE WHEN bool_or(a.attname = 'twilio_auth_token' AND a.attnotnull) THEN '''''' ELSE 'NULL' END AS cleared,
                ARRAY(SELECT g.tgname::text FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgenabled = 'O' ORDER BY 1) AS triggers
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
          WHERE c.relnamespace = to_regnamespace('public') AND c.relkind IN ('r', 'p') AND c.relname ~ '^tenants(_legacy[0-9]*)?$'
            AND a.attname IN ('twilio_account_sid', 'twilio_auth_token') AND NOT a.attisdropped
            AND has_table_privilege(c.oid, 'SELECT')
            AND (NOT c.relrowsecurity OR (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)
                 OR NOT c.relforcerowsecurity AND pg_has_role(c.relowner, 'USAGE'))
            AND EXISTS (SELECT FROM pg_attribute i WHERE i.attrelid = to_regclass('public.tenants') AND i.attname = 'id' AND NOT i.attisdropped)
          GROUP BY c.oid, c.relname HAVING count(*) = 2
          ORDER BY c.relname",
    )
    .fetch_all(connection)
    .await
}

/// How many of a table's tokens can be moved, can't, and were left before.
pub(super) async fn count(
    connection: &mut PgConnection,
    table: &Table,
) -> Result<(i64, i64, i64), sqlx::Error> {
    let can_ask: bool = sqlx::query_scalar(
        "SELECT count(*) = 3 AND bool_and(has_table_privilege(attrelid, 'SELECT')) IS TRUE FROM pg_attribute
          WHERE attrelid = to_regclass('switchboard.migration_audit') AND attname IN ('relation', 'decision', 'detail')",
    )
    .fetch_one(&mut *connection)
    .await?;
    let left = if can_ask { was_left(table) } else { "false".to_owned() };
    let counting = format!(
        "SELECT count(*) FILTER (WHERE is_sid AND NOT was_left), count(*) FILTER (WHERE NOT is_sid AND NOT was_left),
                count(*) FILTER (WHERE was_left)
           FROM (SELECT coalesce(btrim(x.twilio_account_sid::text, {BLANKS}) ~ {IS_SID}, false) AS is_sid, {left} AS was_left
                   FROM {} x WHERE {HOLDS}) held",
        table.in_sql()
    );
    sqlx::query_as(AssertSqlSafe(counting)).fetch_one(connection).await
}

/// Whether the last that was decided about a row is that its token stays: another one may stand there since it was moved.
fn was_left(table: &Table) -> String {
    format!(
        "coalesce((SELECT d.decision = {left} FROM switchboard.migration_audit d
                    WHERE d.relation = {} AND d.decision IN ({left}, {}) AND d.detail ->> 'row' = coalesce({ROW}, '')
                    ORDER BY d.decided_at DESC LIMIT 1), false)",
        literal(&table.full_name()),
        literal(MOVED),
        left = literal(LEFT)
    )
}

/// The accounts that tokens stand for, by SID.
pub(super) async fn accounts(
    connection: &mut PgConnection,
    tables: &[Table],
) -> Result<Vec<AccountSid>, sqlx::Error> {
    let mut found = Vec::new();
    for table in tables {
        let listing = format!(
            "SELECT DISTINCT btrim(x.twilio_account_sid::text, {BLANKS}) FROM {} x
              WHERE {HOLDS} AND btrim(x.twilio_account_sid::text, {BLANKS}) ~ {IS_SID}",
            table.in_sql()
        );
        let texts: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(listing)).fetch_all(&mut *connection).await?;
        found.extend(texts.iter().filter_map(|text| AccountSid::parse(text).ok()));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// The rows of one account, locked until the transaction ends.
pub(super) async fn of_account(
    transaction: &mut PgConnection,
    tables: &[Table],
    sid: &AccountSid,
) -> Result<Vec<Holder>, sqlx::Error> {
    let mut holders = Vec::new();
    for (place, table) in tables.iter().enumerate() {
        let reading = format!(
            "SELECT coalesce({ROW}, ''), t.id, t.slug::text, x.twilio_auth_token::text FROM {} x {TENANT}
              WHERE {HOLDS} AND btrim(x.twilio_account_sid::text, {BLANKS}) = $1 ORDER BY 1 FOR UPDATE OF x",
            table.in_sql()
        );
        let rows: Vec<(String, Option<Uuid>, Option<String>, String)> =
            sqlx::query_as(AssertSqlSafe(reading)).bind(sid.as_str()).fetch_all(&mut *transaction).await?;
        holders.extend(rows.into_iter().filter_map(|(row, tenant, slug, token)| {
            let token = AuthToken::parse(Zeroizing::new(token).trim()).ok()?;
            let tenant = tenant.map(|id| (id, slug.unwrap_or_else(|| id.to_string())));
            Some(Holder { table: place, row, tenant, token })
        }));
    }
    Ok(holders)
}

/// Rows whose token belongs to no account that could be told, with their tenant's slug: locked.
pub(super) async fn without_account(
    transaction: &mut PgConnection,
    table: &Table,
) -> Result<Vec<(String, Option<String>)>, sqlx::Error> {
    let reading = format!(
        "SELECT coalesce({ROW}, ''), t.slug::text FROM {} x {TENANT}
          WHERE {HOLDS} AND (btrim(x.twilio_account_sid::text, {BLANKS}) ~ {IS_SID}) IS NOT TRUE
          ORDER BY 1 FOR UPDATE OF x",
        table.in_sql()
    );
    sqlx::query_as(AssertSqlSafe(reading)).fetch_all(transaction).await
}

/// Clears the tokens of these rows of one account. Nobody's trigger fires: `updated_at` stays.
pub(super) async fn clear(
    transaction: &mut PgConnection,
    table: &Table,
    sid: &AccountSid,
    rows: &[String],
) -> Result<(), sqlx::Error> {
    switch_triggers(transaction, table, "DISABLE").await?;
    let clearing = format!(
        "UPDATE {} x SET twilio_auth_token = {} WHERE coalesce({ROW}, '') = ANY ($1) AND {HOLDS} AND btrim(x.twilio_account_sid::text, {BLANKS}) = $2",
        table.in_sql(),
        table.cleared
    );
    sqlx::query(AssertSqlSafe(clearing)).bind(rows).bind(sid.as_str()).execute(&mut *transaction).await?;
    switch_triggers(transaction, table, "ENABLE").await
}

async fn switch_triggers(
    transaction: &mut PgConnection,
    table: &Table,
    word: &str,
) -> Result<(), sqlx::Error> {
    for trigger in &table.triggers {
        let switching = format!("ALTER TABLE {} {word} TRIGGER {}", table.in_sql(), quoted(trigger));
        sqlx::query(AssertSqlSafe(switching)).execute(&mut *transaction).await?;
    }
    Ok(())
}

/// Notes that a row's token stays, unless that was the last note of it. Its account's text is noted only if it is a SID:
/// people paste tokens there.
pub(super) async fn note_left(
    transaction: &mut PgConnection,
    table: &Table,
    row: &str,
    sid: Option<&AccountSid>,
    why: WhyLeft,
) -> Result<Noted, sqlx::Error> {
    let noted = sqlx::query(
        "INSERT INTO switchboard.migration_audit (relation, decision, detail)
         SELECT $1, $2, jsonb_build_object('row', $3::text, 'account_sid', $4::text, 'why', $5::text)
          WHERE $2 IS DISTINCT FROM (SELECT d.decision FROM switchboard.migration_audit d
                                      WHERE d.relation = $1 AND d.decision IN ($2, $6) AND d.detail ->> 'row' = $3
                                      ORDER BY d.decided_at DESC LIMIT 1)",
    )
    .bind(table.full_name())
    .bind(LEFT)
    .bind(row)
    .bind(sid.map(AccountSid::as_str))
    .bind(why.as_str())
    .bind(MOVED)
    .execute(transaction)
    .await?;
    Ok(if noted.rows_affected() == 1 { Noted::Now } else { Noted::Before })
}

/// Notes that a row's token is encrypted now, by its tenant and its account.
pub(super) async fn note_moved(
    transaction: &mut PgConnection,
    table: &Table,
    row: &str,
    tenant: Option<Uuid>,
    sid: &AccountSid,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO switchboard.migration_audit (relation, decision, detail)
         VALUES ($1, $2, jsonb_build_object('row', $3::text, 'tenant_id', $4::uuid, 'account_sid', $5::text))",
    )
    .bind(table.full_name())
    .bind(MOVED)
    .bind(row)
    .bind(tenant)
    .bind(sid.as_str())
    .execute(transaction)
    .await
    .map(drop)
}
