//! The tables that have rows of tenants, read from the catalogue: a new one is covered without a word here.

use serde::Deserialize;
use sqlx::PgConnection;
use sqlx::types::Json;

/// A table with rows of tenants.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TenantTable {
    /// As a statement takes it; in another schema than `public` with its schema.
    pub(crate) name: String,
    /// `tenant_id`, or `id` in `tenants` itself.
    pub(crate) tenant_column: String,
    /// Its owner sees all rows: look-ups run before a tenant is known.
    pub(crate) is_directory: bool,
    pub(crate) columns: Vec<Column>,
    /// The columns of each UNIQUE and primary key.
    pub(crate) unique_keys: Vec<Vec<String>>,
    pub(crate) references: Vec<Reference>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// As the catalogue spells the type.
    pub(crate) kind: String,
    /// An INSERT has to name it.
    pub(crate) is_required: bool,
    pub(crate) place: u32,
    /// A word that its CHECK allows, where that is a list of words.
    pub(crate) word: Option<String>,
}

/// A foreign key.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Reference {
    pub(crate) name: String,
    /// The table that it points at.
    pub(crate) table: String,
    /// Here and there.
    pub(crate) columns: Vec<(String, String)>,
}

impl TenantTable {
    /// All of them, those that others point at first.
    pub(crate) async fn all(connection: &mut PgConnection) -> Vec<Self> {
        let mut waiting: Vec<Self> = sqlx::query_scalar::<_, Json<Self>>(include_str!("tenant_tables.sql"))
            .fetch_all(connection)
            .await
            .unwrap()
            .into_iter()
            .map(|Json(table)| table)
            .collect();
        let mut sorted: Vec<Self> = Vec::new();
        while !waiting.is_empty() {
            let names: Vec<String> = waiting.iter().map(|table| table.name.clone()).collect();
            let waits = |table: &Self| {
                table.references.iter().any(|to| to.table != table.name && names.contains(&to.table))
            };
            let (still, ready): (Vec<Self>, Vec<Self>) = waiting.into_iter().partition(waits);
            assert!(!ready.is_empty(), "these tables point at each other in a circle: {names:?}");
            sorted.extend(ready);
            waiting = still;
        }
        sorted
    }
}
