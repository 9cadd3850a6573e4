//! What stands in a database, told so that two can be compared; and what the program owns of it.
//!
//! Promises: what is ours is what a fresh install has, so that an object that a later migration adds is covered by itself.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgConnection;

use crate::cluster::of_one_owner;

/// One object.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Object {
    pub(crate) kind: String,
    /// With its schema; what stands on a table has the table's name before its own.
    pub(crate) name: String,
    pub(crate) on_table: Option<String>,
    /// Everything that there is to say of it.
    pub(crate) told: String,
    /// Of a unique index that takes NULL any number of times: what it is over.
    pub(crate) columns: Vec<String>,
    /// Whether it concerns `tenant_id` alone.
    pub(crate) is_about_tenant: bool,
}

/// What a database holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Objects {
    by_name: BTreeMap<(String, String), Object>,
    /// Indexes that foreign keys of other tables than ours lean on.
    needed_by_others: BTreeSet<String>,
}

/// What a fresh install holds, as far as it is ours.
#[derive(Clone, Debug)]
pub(crate) struct Ours {
    objects: Objects,
    /// Our tables, with their schemas.
    pub(crate) tables: Vec<String>,
}

impl Objects {
    /// All that is there. `our_tables` are those of which views may be made anew.
    pub(crate) async fn of(superuser: &mut PgConnection, our_tables: &[String]) -> Self {
        sqlx::query("SET search_path = ''").execute(&mut *superuser).await.unwrap();
        let found: Vec<Object> = sqlx::query_as(include_str!("objects.sql"))
            .bind(our_tables)
            .fetch_all(&mut *superuser)
            .await
            .unwrap();
        let needed: Vec<String> = sqlx::query_scalar(
            "SELECT conindid::regclass::text FROM pg_constraint
              WHERE contype = 'f' AND conrelid::regclass::text <> ALL ($1) AND confrelid::regclass::text = ANY ($1)",
        )
        .bind(our_tables)
        .fetch_all(&mut *superuser)
        .await
        .unwrap();
        sqlx::query("RESET search_path").execute(superuser).await.unwrap();
        let named = |object: Object| {
            let told = of_one_owner(&object.told);
            ((object.kind.clone(), object.name.clone()), Object { told, ..object })
        };
        Self {
            by_name: found.into_iter().map(named).collect(),
            needed_by_others: needed.into_iter().collect(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Object> {
        self.by_name.values()
    }

    /// The object that is called the same.
    pub(crate) fn like(&self, object: &Object) -> Option<&Object> {
        self.by_name.get(&(object.kind.clone(), object.name.clone()))
    }
}

impl Ours {
    /// Everything of a fresh install that is not the surroundings.
    pub(crate) async fn of_fresh(superuser: &mut PgConnection) -> Self {
        let names_of_tables: Vec<String> = sqlx::query_scalar(
            "SELECT format('%I.%I', relnamespace::regnamespace, relname) FROM pg_class
              WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'switchboard') ORDER BY 1",
        )
        .fetch_all(&mut *superuser)
        .await
        .unwrap();
        let mut objects = Objects::of(superuser, &names_of_tables).await;
        objects.by_name.retain(|(kind, name), _| kind != "schema" || name == "switchboard");
        Self { objects, tables: names_of_tables }
    }

    /// Whether the object stands on a table of ours, or is our function under any arguments.
    pub(crate) fn includes(&self, object: &Object) -> bool {
        let on_ours = object.on_table.as_ref().is_some_and(|table| self.tables.contains(table));
        on_ours || (object.kind == "function" && self.is_name_of_function(&object.name))
    }

    fn is_name_of_function(&self, signature: &str) -> bool {
        let name = |signature: &str| signature.split('(').next().unwrap_or_default().to_owned();
        self.objects.iter().any(|ours| ours.kind == "function" && name(&ours.name) == name(signature))
    }

    /// Whether a fresh install has a table or an index of this name, in whatever schema.
    pub(crate) fn has_relation_called(&self, name: &str) -> bool {
        let is_relation =
            |object: &&Object| ["relation", "index", "unique index"].contains(&object.kind.as_str());
        let mut relations = self.objects.iter().filter(is_relation);
        relations.any(|object| object.name.rsplit('.').next() == Some(name))
    }

    /// Whether a fresh install requires a value in the column.
    pub(crate) fn requires(&self, column: &Object) -> bool {
        self.objects.like(column).is_some_and(|ours| ours.told.contains("required t"))
    }

    /// What differs from a fresh install, and what is there beyond it that would get in our way.
    pub(crate) fn faults(&self, found: &Objects) -> Vec<String> {
        let mut faults = Vec::new();
        for wanted in self.objects.iter() {
            match found.like(wanted) {
                None => faults.push(format!("{} {} is missing", wanted.kind, wanted.name)),
                Some(object) if object.told != wanted.told => faults.push(format!(
                    "{} {} differs from a fresh install: {}",
                    wanted.kind,
                    wanted.name,
                    difference(&object.told, &wanted.told)
                )),
                Some(_) => {}
            }
        }
        let strange =
            found.iter().filter(|object| self.includes(object) && self.objects.like(object).is_none());
        faults.extend(strange.filter(|object| self.is_in_the_way(object, found)).map(|object| {
            format!("{} {} is there beyond a fresh install: {}", object.kind, object.name, object.told)
        }));
        faults
    }

    /// Extra columns, plain indexes and checks may stay; what refuses or opens more than we do may not.
    fn is_in_the_way(&self, object: &Object, found: &Objects) -> bool {
        match object.kind.as_str() {
            "policy" | "function" => true,
            "unique index" => {
                !found.needed_by_others.contains(&object.name) && !self.is_over_an_extra_column(object, found)
            }
            "key" => object.told.starts_with("EXCLUDE"),
            "column" => object.told.contains("required t, default none, generated \"\", identity \"\""),
            _ => false,
        }
    }

    /// Our inserts leave such a column NULL.
    fn is_over_an_extra_column(&self, index: &Object, found: &Objects) -> bool {
        let table = index.on_table.as_deref().unwrap_or_default();
        index.columns.iter().any(|column| {
            let key = ("column".to_owned(), format!("{table}.{column}"));
            let is_ours = self.objects.by_name.contains_key(&key);
            !is_ours && found.by_name.get(&key).is_some_and(|column| column.told.contains("default none"))
        })
    }
}

/// Where two texts begin to differ, with a little around it.
fn difference(found: &str, wanted: &str) -> String {
    let same = found.chars().zip(wanted.chars()).take_while(|(one, other)| one == other).count();
    let around = |text: &str| -> String {
        text.chars().skip(same.saturating_sub(30)).take(120).collect::<String>().replace('\n', " ")
    };
    format!("…{}… and not …{}…", around(found), around(wanted))
}
