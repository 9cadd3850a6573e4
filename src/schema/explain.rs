//! Reads what the explanation of error codes needs.
//!
//! Promises: one connection, in transactions that only read or are rolled back. No count is a false one: where row-level
//! security would hide a row, the database refuses to count.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::catalogue::Catalogue;
use super::error::SchemaError;
use super::error_codes::{Answer, Asked, ErrorCode, Explanation, Facts, explain as explain_code, questions};
use super::names::Names;
use super::prepare::connect;
use super::read::{self, Rows};
use super::report::why_hidden;
use super::verify::{look, reason};

/// Hidden rows are an error, and nobody waits for ever.
const SETTINGS: &str =
    "SET TRANSACTION READ ONLY; SET LOCAL row_security = off; SET LOCAL statement_timeout = '30s'";

/// What each of the codes means for this database. Changes nothing.
pub async fn explain(
    options: &PgConnectOptions,
    codes: &[ErrorCode],
) -> Result<Vec<Explanation>, SchemaError> {
    let mut connection = connect(options).await?;
    let explanations = explain_all(&mut connection, codes).await;
    // It was read only; a failed close loses nothing.
    let _ = connection.close().await;
    explanations
}

async fn explain_all(
    connection: &mut PgConnection,
    codes: &[ErrorCode],
) -> Result<Vec<Explanation>, SchemaError> {
    let names = Names::of_database(connection).await?;
    let found = look(connection, &names, Rows::Ignored).await?;
    let target = match read::read_target(connection, &names).await {
        Ok(target) => Some(target),
        // The login may not have it built; the sentences that need it are left out.
        Err(SchemaError::Database(error)) if error.as_database_error().is_some() => None,
        Err(error) => return Err(error),
    };
    let asks = |code: &ErrorCode| matches!(code, ErrorCode::ForeignKeyViolation | ErrorCode::UniqueViolation);
    let asked = if codes.iter().any(asks) { ask(connection, &found, &names).await? } else { Vec::new() };
    let facts = Facts { found: &found, target: target.as_ref(), asked: &asked, shared: &names.shared };
    Ok(codes.iter().map(|code| explain_code(*code, &facts)).collect())
}

async fn ask(
    connection: &mut PgConnection,
    found: &Catalogue,
    names: &Names,
) -> Result<Vec<Asked>, sqlx::Error> {
    let mut asked = questions(found, &names.shared);
    for question in &mut asked {
        let mut transaction = connection.begin().await?;
        transaction.execute(SETTINGS).await?;
        let sql = sqlx::AssertSqlSafe(question.sql.clone());
        let answer: Result<i64, sqlx::Error> =
            sqlx::query_scalar(sql).persistent(false).fetch_one(&mut *transaction).await;
        transaction.rollback().await?;
        question.answer = match answer {
            Ok(number) => Answer::Number(number),
            Err(error) if error.as_database_error().is_some() => {
                Answer::NotCounted(why_not(&error, found, names, &question.table))
            }
            Err(error) => return Err(error),
        };
    }
    Ok(asked)
}

fn why_not(error: &sqlx::Error, found: &Catalogue, names: &Names, table: &str) -> String {
    const INSUFFICIENT_PRIVILEGE: &str = "42501";
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match found.relation(&names.shared, table) {
        Some(table) if code.as_deref() == Some(INSUFFICIENT_PRIVILEGE) => why_hidden(found, table),
        Some(_) | None => reason(error),
    }
}
