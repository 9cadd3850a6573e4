//! What a person is shown before anything goes.

use std::collections::BTreeMap;

use super::super::catalogue::Relation;
use super::super::compare::listed;
use super::slate::Slate;

/// Lists of the migration itself, whose rows nobody would miss.
const ITS_OWN_LISTS: [&str; 2] = ["_sqlx_migrations", "verified_schema"];

/// What a person might not expect to go.
const OLDER: &str = ", of an older program: it has no tenant_id";

/// What a look or a clearing found, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleared {
    /// What goes, views first.
    pub going: Vec<Going>,
    /// What stays although somebody may wonder, a sentence each.
    pub staying: Vec<String>,
    /// All rows that go.
    pub rows: i64,
    /// How it ended.
    pub end: End,
}

/// One thing that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Going {
    /// In words: `table call_logs`.
    pub what: String,
    /// How many rows go with it; none where rows are not what it consists of.
    pub rows: Option<i64>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// There was nothing to drop.
    Nothing,
    /// It was a look, and nothing was dropped.
    Shown,
    /// Another number of rows was told than there is, and nothing was dropped.
    OtherNumber {
        /// What was told.
        told: i64,
    },
    /// All of it is gone.
    Dropped,
}

/// How many rows each table has, by its full name.
#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<String, i64>);

impl Counts {
    pub(super) fn note(&mut self, table: &Relation, rows: i64) {
        self.0.insert(table.full_name(), rows);
    }

    pub(super) fn holds_rows(&self, table: &Relation) -> bool {
        self.of(table) > 0
    }

    fn of(&self, table: &Relation) -> i64 {
        self.0.get(&table.full_name()).copied().unwrap_or_default()
    }
}

/// Whether its rows count.
pub(super) fn is_its_own_list(slate: &Slate<'_>, table: &Relation) -> bool {
    table.schema == slate.names.own && ITS_OWN_LISTS.contains(&table.name.as_str())
}

/// The list, before it is known how it ends.
pub(super) fn list(slate: &Slate<'_>, counts: &Counts, end: End) -> Cleared {
    let going = going(slate, counts);
    let rows = going.iter().filter_map(|one| one.rows).sum();
    Cleared { staying: staying(slate, counts), going, rows, end }
}

fn going(slate: &Slate<'_>, counts: &Counts) -> Vec<Going> {
    let spoken = |relation: &Relation| {
        if relation.schema == slate.names.shared { relation.name.clone() } else { relation.full_name() }
    };
    let bare = |what: String| Going { what, rows: None };
    let mut going: Vec<Going> =
        slate.views.iter().map(|view| bare(format!("view {}", spoken(view)))).collect();
    let empty = slate.asides.iter().filter(|aside| !counts.holds_rows(aside));
    going.extend(slate.tables.iter().chain(empty).map(|table| Going {
        what: format!("table {}{}", spoken(table), if is_older(slate, table) { OLDER } else { "" }),
        rows: (!is_its_own_list(slate, table)).then(|| counts.of(table)),
    }));
    going.extend(slate.neighbours.iter().map(|neighbour| bare(column(neighbour))));
    let shared = slate.functions.iter().filter(|function| function.schema == slate.names.shared);
    going.extend(shared.map(|function| {
        let signature = function.signature.strip_prefix(&format!("{}.", slate.names.shared));
        bare(format!("function {}", signature.unwrap_or(&function.signature)))
    }));
    if slate.has_schema {
        let own = slate.functions.iter().filter(|function| function.schema == slate.names.own).count();
        going.push(bare(format!("schema {}, with {own} functions", slate.names.own)));
    }
    going
}

/// Whether a table that bears one of our names never became ours.
fn is_older(slate: &Slate<'_>, table: &Relation) -> bool {
    table.schema == slate.names.shared && table.name != "tenants" && table.column("tenant_id").is_none()
}

/// `column tenant_id of leads, with its key leads_tenant_id_fkey and …`
fn column(neighbour: &Relation) -> String {
    let keys =
        neighbour.constraints.iter().filter(|key| key.columns.iter().any(|column| column == "tenant_id"));
    let mut along: Vec<String> = keys.map(|key| key.name.clone()).collect();
    let indexes = neighbour.indexes.iter().filter(|index| {
        !index.of_constraint && index.columns.iter().flatten().any(|column| column == "tenant_id")
    });
    along.extend(indexes.map(|index| index.name.clone()));
    let with = if along.is_empty() { String::new() } else { format!(", with {}", listed(&along)) };
    format!("column tenant_id of {}{with}", neighbour.name)
}

fn staying(slate: &Slate<'_>, counts: &Counts) -> Vec<String> {
    let mut staying = Vec::new();
    if !slate.neighbours.is_empty() {
        let names: Vec<&str> = slate.neighbours.iter().map(|table| table.name.as_str()).collect();
        let verb = if names.len() == 1 { "keeps its" } else { "keep their" };
        staying.push(format!("{} {verb} rows and all other columns", listed(&names)));
    }
    for aside in slate.asides.iter().filter(|aside| counts.holds_rows(aside)) {
        let rows = counts.of(aside);
        let ending = if rows == 1 { "" } else { "s" };
        staying
            .push(format!("{} with {rows} row{ending}, which a migration renamed aside", aside.full_name()));
    }
    staying
        .push("the role switchboard_app and the extension btree_gist, which others may use too".to_owned());
    staying
}
