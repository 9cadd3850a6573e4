//! The target as a file, `target.json`, for whoever has a state and no database.
//!
//! Promises: it is what the migrations make of an empty database; a test holds it to that on a real PostgreSQL. Nothing in
//! it depends on the version of the server or on who looked.
//! Doesn't: stand in for the target of a live comparison, which the server that is migrated builds itself.

use serde_json::Value;
use sqlx::Connection as _;
use sqlx::postgres::PgConnectOptions;

use super::catalogue::Catalogue;
use super::error::{SchemaError, StateError};
use super::names::{Names, literal};
use super::prepare::connect;
use super::read;

const TARGET: &str = include_str!("target.json");

/// What the migrations make, for a database whose extensions stand in the schema that `names` tells.
pub(super) fn target(names: &Names) -> Result<Catalogue, StateError> {
    let mut target = read::parse(TARGET)?;
    // The path that functions keep is the only place where that schema is named.
    let path = |schema: &str| format!(", {}, 'pg_temp'", literal(schema).trim_start());
    let (usual, real) = (path(&Names::usual().extensions), path(&names.extensions));
    for definition in target.functions.iter_mut().filter_map(|function| function.definition.as_mut()) {
        *definition = definition.replace(&usual, &real);
    }
    Ok(target)
}

/// What `target.json` must hold, as the server of this database makes it. Changes nothing.
pub async fn target_snapshot(options: &PgConnectOptions) -> Result<String, SchemaError> {
    let mut connection = connect(options).await?;
    let target = read::read_target(&mut connection, &Names::usual()).await?;
    // It was read only; a failed close loses nothing.
    let _ = connection.close().await;
    let value = serde_json::to_value(anybodys(target)).map_err(StateError)?;
    Ok(format!("{}\n", in_lines(&value, 0)))
}

/// Without what differs from one server, login or moment to the next.
fn anybodys(mut target: Catalogue) -> Catalogue {
    let relations = target.relations.iter().map(|relation| relation.made);
    let mut made: Vec<i64> = relations.chain(target.functions.iter().map(|function| function.made)).collect();
    made.sort_unstable();
    let place = |number: i64| {
        let before = made.partition_point(|other| *other < number);
        i64::try_from(before).map_or(i64::MAX, |before| before + 1)
    };
    for relation in &mut target.relations {
        relation.made = place(relation.made);
        relation.owner.clear();
        relation.ours_to_change = true;
        relation.has_rows = false;
    }
    for function in &mut target.functions {
        function.made = place(function.made);
        function.ours_to_change = true;
    }
    for schema in &mut target.schemas {
        schema.owner.clear();
    }
    target.server = 0;
    target.database.clear();
    target.login.clear();
    target.bypasses_row_security = false;
    target.roles.clear();
    target.extensions.clear();
    target.applied.clear();
    target.decided.clear();
    target
}

/// Whatever holds no object has one line, so that a change of a column shows as one line.
fn in_lines(value: &Value, depth: usize) -> String {
    let items: Vec<String> = match (value.as_object(), value.as_array()) {
        (Some(fields), _) if fields.values().any(holds_objects) => fields
            .iter()
            .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), in_lines(value, depth + 1)))
            .collect(),
        (_, Some(items)) if holds_objects(value) => {
            items.iter().map(|item| in_lines(item, depth + 1)).collect()
        }
        (Some(_) | None, Some(_) | None) => return value.to_string(),
    };
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    let (outer, inner) = (" ".repeat(depth), " ".repeat(depth + 1));
    format!("{open}\n{inner}{}\n{outer}{close}", items.join(&format!(",\n{inner}")))
}

fn holds_objects(value: &Value) -> bool {
    value.is_object() || value.as_array().is_some_and(|items| items.iter().any(Value::is_object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_without_objects_within_has_a_line_of_its_own() {
        let value = serde_json::json!({ "a": [[1, 2], [3]], "b": [{ "c": "d" }, { "c": [] }] });

        assert_eq!(
            in_lines(&value, 0),
            "{\n \"a\": [[1,2],[3]],\n \"b\": [\n  {\"c\":\"d\"},\n  {\"c\":[]}\n ]\n}"
        );
    }

    #[test]
    fn functions_look_where_the_extensions_are() {
        let elsewhere = Names { extensions: "it's \"there\"".to_owned(), ..Names::usual() };

        let usual = target(&Names::usual()).unwrap();
        let moved = target(&elsewhere).unwrap();

        let with_a_path = |target: &Catalogue, path: &str| {
            let definitions = target.functions.iter().filter_map(|function| function.definition.as_ref());
            definitions.filter(|definition| definition.contains(path)).count()
        };
        let all = with_a_path(&usual, "SET search_path TO");
        assert!(all > 20, "{all}");
        assert_eq!(with_a_path(&usual, ", 'extensions', 'pg_temp'"), all);
        assert_eq!(with_a_path(&moved, ", 'it''s \"there\"', 'pg_temp'"), all);
        let elsewhere = serde_json::to_string(&moved).unwrap();
        assert!(!elsewhere.contains("extensions'"), "another place names the schema of the extensions");
    }
}
