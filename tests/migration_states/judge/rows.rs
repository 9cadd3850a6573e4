//! The rows: none is lost, each keeps its `updated_at` and its tenant.
//!
//! A table may have been renamed aside: then its rows stand there as before, and in the table that took its name as well.
//! Weeks of one tenant may have become one, with the sum of their calls.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, PgConnection};

/// What was counted in one table.
#[derive(Clone, Debug, Default)]
struct Counted {
    oid: i64,
    has_rows: bool,
    rows: i64,
    calls: Option<i64>,
    updated_at: Vec<String>,
    /// Each row's id and tenant.
    tenants: Vec<String>,
    /// The ids of rows without one.
    without: Vec<String>,
}

/// What was counted in all tables, by schema and name.
#[derive(Clone, Debug)]
pub(crate) struct Rows(BTreeMap<String, Counted>);

impl Rows {
    /// Counts what is there.
    pub(crate) async fn of(superuser: &mut PgConnection) -> Self {
        let tables: Vec<(i64, String, Option<String>)> =
            sqlx::query_as(include_str!("tables.sql")).fetch_all(&mut *superuser).await.unwrap();
        let mut counted = BTreeMap::new();
        for (oid, name, counting) in tables {
            let nothing = Counted { oid, ..Counted::default() };
            let table = match counting {
                Some(query) => count(superuser, query, nothing).await,
                None => nothing,
            };
            counted.insert(name, table);
        }
        Self(counted)
    }

    /// What got lost since: rows, and whatever bore a name of ours.
    pub(crate) fn lost_since(&self, before: &Self, our_tables: &[String]) -> Vec<String> {
        let matters = |(name, was): &(&String, &Counted)| was.has_rows || our_tables.contains(name);
        before.0.iter().filter(matters).flat_map(|(name, was)| self.lost_from(name, was)).collect()
    }

    fn lost_from(&self, name: &str, was: &Counted) -> Vec<String> {
        let under_name = self.0.get(name);
        let aside = self.0.iter().find(|(other, is)| is.oid == was.oid && *other != name);
        let mut lost = Vec::new();
        if let Some((other, is)) = aside {
            lost.extend(missing(other, was, is));
        }
        match under_name {
            // A ledger of ours that lost a column of each row is kept aside, and begins again.
            Some(_) if aside.is_some() && name.starts_with("switchboard.") => {}
            Some(is) if was.has_rows => lost.extend(missing(name, was, is)),
            None if aside.is_none() => lost.push(format!("{name} is gone")),
            Some(is) if aside.is_none() && is.oid != was.oid => {
                lost.push(format!("{name} was something else, and that is gone"));
            }
            Some(_) | None => {}
        }
        lost
    }

    /// Rows that had no tenant and have another one than the default tenant now.
    pub(crate) fn strayed_since(&self, before: &Self, default_tenant: &str) -> Vec<String> {
        let mut strayed = Vec::new();
        for (name, was) in &before.0 {
            let Some(is) = self.0.get(name).filter(|_| are_unique(&was.without)) else { continue };
            let is_home = |id: &&String| is.tenants.contains(&format!("{id} of tenant {default_tenant}"));
            let without = was.without.iter().find(|id| !is_home(id));
            strayed.extend(
                without.map(|id| format!("{name}: {id} had no tenant and was not given to the default one")),
            );
        }
        strayed
    }

    /// What tables were renamed to since.
    pub(crate) fn renamed_since(&self, before: &Self) -> Vec<String> {
        let moved = |(name, is): (&String, &Counted)| {
            let was = before.0.iter().find(|(_, was)| was.oid == is.oid);
            was.is_some_and(|(other, _)| other != name).then(|| name.clone())
        };
        self.0.iter().filter_map(moved).collect()
    }
}

async fn count(superuser: &mut PgConnection, query: String, nothing: Counted) -> Counted {
    let (rows, calls, updated_at, tenants, without) =
        sqlx::query_as(AssertSqlSafe(query)).fetch_one(superuser).await.unwrap();
    Counted { has_rows: true, rows, calls, updated_at, tenants, without, ..nothing }
}

fn missing(name: &str, was: &Counted, is: &Counted) -> Vec<String> {
    if is.rows < was.rows {
        let are_summed = name == "public.weekly_analytics" && was.calls.is_some() && is.calls >= was.calls;
        return if are_summed {
            Vec::new()
        } else {
            vec![format!("{name} had {} rows and has {}", was.rows, is.rows)]
        };
    }
    let mut found = Vec::new();
    if let Some(value) = first_missing(&was.updated_at, &is.updated_at) {
        found.push(format!("{name} no longer has a row of updated_at {value}"));
    }
    // Rows whose id is not theirs alone may get another one.
    let ids: Vec<String> =
        was.tenants.iter().filter_map(|row| row.split(' ').next()).map(str::to_owned).collect();
    if are_unique(&ids)
        && let Some(row) = first_missing(&was.tenants, &is.tenants)
    {
        found.push(format!("{name} no longer has the row {row}"));
    }
    found
}

fn are_unique(ids: &[String]) -> bool {
    ids.iter().collect::<BTreeSet<_>>().len() == ids.len()
}

/// A value that stands there less often than it did.
fn first_missing(before: &[String], after: &[String]) -> Option<String> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for value in after {
        *left.entry(value).or_default() += 1;
    }
    before.iter().find(|value| left.get_mut(value.as_str()).is_none_or(is_used_up)).cloned()
}

/// Takes one away, unless there is none left.
fn is_used_up(count: &mut usize) -> bool {
    let is_none_left = *count == 0;
    *count = count.saturating_sub(1);
    is_none_left
}

#[test]
fn a_value_counts_as_often_as_it_stands_there() {
    let values = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();

    assert_eq!(first_missing(&values("a b a"), &values("a a b c")), None);
    assert_eq!(first_missing(&values("a b a"), &values("a b c")), Some("a".to_owned()));
}

#[test]
fn a_row_without_tenant_that_went_to_another_than_the_default_one_strayed() {
    let table = |counted| Rows(BTreeMap::from([("public.leads".to_owned(), counted)]));
    let before = table(Counted { without: vec!["a".to_owned(), "b".to_owned()], ..Counted::default() });
    let tenants = vec!["a of tenant ours".to_owned(), "b of tenant theirs".to_owned()];
    let after = table(Counted { tenants, ..Counted::default() });

    let strayed = after.strayed_since(&before, "ours");

    assert_eq!(strayed, ["public.leads: b had no tenant and was not given to the default one"]);
}
