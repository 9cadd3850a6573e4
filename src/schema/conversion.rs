//! How a value of one type is said in another.
//!
//! Promises: a conversion that it knows never fails, whatever the value.

/// What a UUID looks like, as a pattern in quotes.
pub(super) const UUID: &str = "'^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'";

/// How every value of one type is said in another: nothing where PostgreSQL knows by itself. None where some value may have
/// no meaning there.
pub(super) fn conversion(name: &str, from: &str, to: &str) -> Option<String> {
    const TRUE: &str = "('t', 'true', '1', 'y', 'yes', 'on')";
    let base = |kind: &str| kind.split('(').next().unwrap_or(kind).trim().to_owned();
    let is_number = |kind: &str| {
        matches!(kind, "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision")
    };
    let is_text = |kind: &str| matches!(kind, "character varying" | "text");
    Some(match (base(from).as_str(), base(to).as_str()) {
        (from, "text") if is_text(from) => String::new(),
        ("character" | "uuid" | "name", "text") => format!(" USING {name}::text"),
        (from, "text") if is_number(from) || from == "boolean" => format!(" USING {name}::text"),
        ("timestamp without time zone", "timestamp with time zone") => String::new(),
        ("date", "timestamp with time zone") => format!(" USING {name}::timestamp AT TIME ZONE 'UTC'"),
        ("timestamp without time zone", "date") => format!(" USING {name}::date"),
        (from, "integer") if is_number(from) => {
            format!(" USING CASE WHEN abs({name}) < 2147483648 THEN round({name}::numeric)::integer END")
        }
        (from, "numeric") if is_number(from) => {
            format!(" USING CASE WHEN abs({name}) < 999999 THEN {name}::{to} END")
        }
        (from, "boolean") if is_number(from) || is_text(from) => {
            format!(" USING lower({name}::text) IN {TRUE}")
        }
        ("json", "jsonb") => format!(" USING {name}::jsonb"),
        _ => return None,
    })
}
