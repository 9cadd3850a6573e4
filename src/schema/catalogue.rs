//! What stands in a database, as one value: read by one query, or from the JSON that somebody sent.
//!
//! Promises: every name inside a definition is spelt in full, so that two catalogues can be compared as text.
//! Doesn't: hold a row of anybody's, or judge.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The state of a database, as `state.sql` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The version of PostgreSQL: 150004 is 15.4.
    pub server: i32,
    /// The name of the database.
    pub database: String,
    /// Who looked.
    pub login: String,
    /// Whether no policy binds that login.
    pub bypasses_row_security: bool,
    /// Those of the roles that matter here which exist.
    pub roles: Vec<String>,
    /// Each extension, and its schema.
    pub extensions: BTreeMap<String, String>,
    /// Tables, views and sequences.
    pub relations: Vec<Relation>,
    /// Functions and procedures.
    pub functions: Vec<Function>,
    /// Types that are no table's, as (schema, name).
    pub types: Vec<(String, String)>,
    /// The two schemas, where they exist.
    pub schemas: Vec<Schema>,
    /// The migrations that were applied.
    pub applied: Vec<i64>,
    /// What the audit says was decided already, each once.
    pub decided: Vec<String>,
}

/// A schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// Who else may what, as (role, privilege).
    pub grants: Vec<(String, String)>,
}

/// A table, view or sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of the catalogue")]
pub struct Relation {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: RelationKind,
    /// Later ones have higher numbers.
    pub made: i64,
    /// Whether a crash empties it.
    pub unlogged: bool,
    /// Whose it is.
    pub owner: String,
    /// Whether the login may change it.
    pub ours_to_change: bool,
    /// Storage options.
    pub options: Vec<String>,
    /// Whether policies are asked at all.
    pub row_security: bool,
    /// Whether policies bind the owner too.
    pub forced: bool,
    /// Whether it may hold rows.
    pub has_rows: bool,
    /// How many; counted only where a plan tells of it.
    pub rows: Option<i64>,
    /// How many of them have no tenant; counted with the others, where `tenant_id` may be left out.
    #[serde(default)]
    pub without_tenant: Option<i64>,
    /// In the order of the table.
    pub columns: Vec<Column>,
    /// Keys, checks and exclusions.
    pub constraints: Vec<Constraint>,
    /// All indexes, those of the constraints too.
    pub indexes: Vec<Index>,
    /// Those that somebody made.
    pub triggers: Vec<Trigger>,
    /// What is done instead of a change, as (name, definition).
    pub rules: Vec<(String, String)>,
    /// Row-level security.
    pub policies: Vec<Policy>,
    /// Who but the owner may what, as (role, privilege).
    pub grants: Vec<(String, String)>,
    /// The query of a view.
    pub definition: Option<String>,
    /// What a view reads, as (relation, column).
    pub uses: Vec<(String, Option<String>)>,
}

/// `pg_class.relkind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RelationKind {
    /// A plain table.
    #[serde(rename = "r")]
    Table,
    /// A table that consists of partitions.
    #[serde(rename = "p")]
    Partitioned,
    /// A view.
    #[serde(rename = "v")]
    View,
    /// A view that keeps its result.
    #[serde(rename = "m")]
    MaterializedView,
    /// A table of another server.
    #[serde(rename = "f")]
    Foreign,
    /// A sequence.
    #[serde(rename = "S")]
    Sequence,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// With its modifiers: `character varying(100)`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it is NOT NULL.
    pub required: bool,
    /// An expression.
    pub default: Option<String>,
    /// Whether it is computed from others.
    pub generated: bool,
    /// Whether it counts by itself.
    pub identity: bool,
    /// Who may what with this column alone.
    pub grants: Vec<(String, String)>,
}

/// A constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraint {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ConstraintKind,
    /// Whether all rows are known to keep it.
    pub validated: bool,
    /// As `ALTER TABLE … ADD CONSTRAINT` takes it.
    pub definition: String,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// The table that a foreign key leads to.
    pub references: Option<String>,
    /// The index that a foreign key leads to.
    pub key: Option<String>,
}

/// `pg_constraint.contype`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConstraintKind {
    /// The primary key.
    #[serde(rename = "p")]
    Primary,
    /// Another key.
    #[serde(rename = "u")]
    Unique,
    /// An exclusion.
    #[serde(rename = "x")]
    Exclusion,
    /// A check.
    #[serde(rename = "c")]
    Check,
    /// A foreign key.
    #[serde(rename = "f")]
    Foreign,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its name, in the schema of its table.
    pub name: String,
    /// The statement that makes it.
    pub definition: String,
    /// Whether it can be used; a build that broke off leaves one that can't.
    pub valid: bool,
    /// Whether it refuses repetitions.
    pub unique: bool,
    /// Its columns; none in the place of an expression.
    pub columns: Vec<Option<String>>,
    /// Whether a constraint made it.
    pub of_constraint: bool,
}

/// A trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The statement that makes it.
    pub definition: String,
    /// Whether it fires.
    pub enabled: bool,
    /// Whether an UPDATE fires it.
    pub on_update: bool,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Whether it allows; else it restricts.
    pub permissive: bool,
    /// `ALL` or one command.
    pub command: String,
    /// Whom it is about, quoted.
    pub roles: Vec<String>,
    /// Which rows are there.
    pub using: Option<String>,
    /// Which rows may be written.
    pub check: Option<String>,
}

/// A function or procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Later ones have higher numbers.
    pub made: i64,
    /// `pg_proc.prokind`: `f` for a function.
    pub kind: String,
    /// `schema.name(types)`.
    pub signature: String,
    /// With names and defaults.
    pub arguments: String,
    /// The type that it returns.
    pub result: Option<String>,
    /// The statement that makes it; none for an aggregate.
    pub definition: Option<String>,
    /// Whether the login may change it.
    pub ours_to_change: bool,
    /// Whether a view, a default or anything else needs it.
    pub used: bool,
    /// Who but the owner may call it.
    pub grants: Vec<String>,
}

impl Catalogue {
    /// The relation of this name, whatever it is.
    #[must_use]
    pub fn relation(&self, schema: &str, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.schema == schema && relation.name == name)
    }
}

impl Relation {
    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// As PostgreSQL writes it in full, where nothing needs quotes.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }
}
