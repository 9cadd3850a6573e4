//! What must be asked about the rows: only what no key proves.

use super::super::catalogue::{Catalogue, ConstraintKind, Relation};
use super::super::ddl;
use super::super::legacy;
use super::super::names::quoted;
use super::super::report::is_table;

/// What is asked about one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Question {
    /// How many rows name a tenant that does not exist.
    UnknownTenants,
    /// How many values of this column stand more than once.
    Repeated(&'static str),
}

/// A question, and how it is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Asked {
    /// What is asked.
    pub(in super::super) question: Question,
    /// About which table of the shared schema.
    pub(in super::super) table: String,
    /// The statement; its single value is the number.
    pub(in super::super) sql: String,
    /// What came of it.
    pub(in super::super) answer: Answer,
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Answer {
    /// So many.
    Number(i64),
    /// Why nobody knows.
    NotCounted(String),
}

/// A column that must not repeat itself, and within what.
struct Key {
    table: &'static str,
    column: &'static str,
    within: Option<&'static str>,
    value: &'static str,
}

const KEYS: [Key; 5] = [
    Key { table: "tenants", column: "slug", within: None, value: "x.slug" },
    // As people write a number; all of them may mean the same one.
    Key {
        table: "tenants",
        column: "twilio_phone_number",
        within: None,
        value: "nullif(regexp_replace(x.twilio_phone_number::text, '[^0-9]', '', 'g'), '')",
    },
    Key { table: "call_logs", column: "call_sid", within: Some("tenant_id"), value: "x.call_sid" },
    Key { table: "tenant_users", column: "email", within: Some("tenant_id"), value: "x.email" },
    Key { table: "weekly_analytics", column: "week_start", within: Some("tenant_id"), value: "x.week_start" },
];

/// The questions, not yet answered.
pub(in super::super) fn questions(found: &Catalogue, shared: &str) -> Vec<Asked> {
    let tenants = found.relation(shared, "tenants").filter(|table| is_table(table));
    let names = legacy::OURS.into_iter().chain(legacy::NEIGHBOURS);
    let tables = names.filter_map(|name| found.relation(shared, name)).filter(|table| is_table(table));
    let unknown = tables.filter_map(|table| unknown_tenants(table, tenants));
    let repeated = KEYS.iter().filter_map(|key| {
        let table = found.relation(shared, key.table).filter(|table| is_table(table))?;
        repeated(key, table)
    });
    // The numbers of the older column were read once, and count for nothing since.
    let numbers_read = found.decided.iter().any(|decision| decision == legacy::NUMBERS_READ);
    let is_over = |asked: &Asked| numbers_read && asked.question == Question::Repeated("twilio_phone_number");
    unknown.chain(repeated).filter(|asked| !is_over(asked)).collect()
}

fn asked(question: Question, table: &Relation, sql: String) -> Asked {
    Asked { question, table: table.name.clone(), sql, answer: Answer::NotCounted("not asked".to_owned()) }
}

fn unknown_tenants(table: &Relation, tenants: Option<&Relation>) -> Option<Asked> {
    let column = table.column("tenant_id")?;
    let proven = table.constraints.iter().any(|key| {
        key.kind == ConstraintKind::Foreign
            && key.validated
            && key.columns == ["tenant_id"]
            && key.references == tenants.map(Relation::full_name)
    });
    if proven && tenants.is_some() {
        return None;
    }
    let known = match tenants.and_then(|tenants| Some((tenants, tenants.column("id")?))) {
        // Text goes with every type.
        Some((tenants, id)) if id.kind != column.kind => {
            format!(
                " AND NOT EXISTS (SELECT FROM {} t WHERE t.id::text = x.tenant_id::text)",
                ddl::relation(tenants)
            )
        }
        Some((tenants, _)) => {
            format!(" AND NOT EXISTS (SELECT FROM {} t WHERE t.id = x.tenant_id)", ddl::relation(tenants))
        }
        None => String::new(),
    };
    let sql = format!("SELECT count(*) FROM {} x WHERE x.tenant_id IS NOT NULL{known}", ddl::relation(table));
    Some(asked(Question::UnknownTenants, table, sql))
}

fn repeated(key: &Key, table: &Relation) -> Option<Asked> {
    table.column(key.column)?;
    let within = key.within.filter(|within| table.column(within).is_some());
    let is_plain = key.value.strip_prefix("x.") == Some(key.column);
    let proves = |column: &Option<String>| {
        let column = column.as_deref();
        column == Some(key.column)
            || column == within
                && within.and_then(|within| table.column(within)).is_some_and(|within| within.required)
    };
    let is_key = table.indexes.iter().any(|index| {
        index.unique
            && index.valid
            && !index.definition.contains(" WHERE ")
            && index.columns.iter().all(proves)
    });
    if is_plain && is_key {
        return None;
    }
    let within = within.map(|within| format!(", x.{}", quoted(within))).unwrap_or_default();
    let (value, from) = (key.value, ddl::relation(table));
    let sql = format!(
        "SELECT count(*) FROM (SELECT FROM {from} x WHERE {value} IS NOT NULL GROUP BY {value}{within} HAVING count(*) > 1) r"
    );
    Some(asked(Question::Repeated(key.column), table, sql))
}
