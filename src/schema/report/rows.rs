//! Rows with and without tenant.

use std::collections::BTreeMap;

use super::super::catalogue::{Catalogue, Relation};
use super::super::compare::{in_groups, listed};
use super::super::read::Rows;
use super::{Evidence, Part, Verdict, Verified, few, plural};

/// What is known of the rows of one table that have no tenant.
enum Without {
    /// There are none: the column is required, or they were counted.
    None,
    /// So many.
    Some(i64),
    /// Nobody could count them.
    NotCounted,
}

impl Evidence {
    /// Whether each row has its tenant. What could not be counted is said, and is never none.
    pub(super) fn rows(&self) -> Verified {
        let (mut with, mut without) = (0, 0);
        let (mut wrong, mut unknown, mut uncounted) = (Vec::new(), Vec::new(), Vec::new());
        for table in self.of_tenants() {
            match lacking(table) {
                Without::None => {}
                Without::Some(rows) => {
                    without += rows;
                    wrong.push(format!("{}: {} without tenant", table.name, plural(rows, "row")));
                }
                Without::NotCounted => unknown.push(table.name.clone()),
            }
            match table.rows {
                Some(rows) => with += rows - table.without_tenant.unwrap_or_else(|| all_if_no_column(table)),
                None => uncounted.push(table),
            }
        }
        let found = match self.rows {
            Rows::Ignored | Rows::Unread => "not counted".to_owned(),
            Rows::Counted => self.counts((with, without), &uncounted),
        };
        let verdict = match (wrong.is_empty(), unknown.is_empty()) {
            (false, _) => Verdict::Wrong(wrong),
            (true, false) => Verdict::Unknown(format!("{} may hold rows without tenant", few(&unknown))),
            (true, true) => Verdict::Right,
        };
        Verified { part: Part::Rows, found, verdict }
    }

    /// What was counted, and why the rest was not. Where nothing was, no number is told.
    fn counts(&self, (with, without): (i64, i64), uncounted: &[&Relation]) -> String {
        let mut told = Vec::new();
        if self.of_tenants().any(|table| table.rows.is_some()) || uncounted.is_empty() {
            told.push(format!("{} with tenant, {} without", in_groups(with), in_groups(without)));
        }
        let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for table in uncounted {
            reasons.entry(why_hidden(&self.found, table)).or_default().push(&table.name);
        }
        let not_counted = reasons.iter().map(|(reason, tables)| format!("{} ({reason})", listed(tables)));
        told.extend(not_counted.map(|tables| format!("not counted: {tables}")));
        told.join("; ")
    }
}

/// Why the rows of a table can't be counted by the login.
pub(in super::super) fn why_hidden(found: &Catalogue, table: &Relation) -> String {
    let is_bound = !found.bypasses_row_security && (table.forced || !table.ours_to_change);
    if table.row_security && is_bound {
        format!("row-level security hides rows from `{}`", found.login)
    } else {
        format!("`{}` may not SELECT", found.login)
    }
}

fn lacking(table: &Relation) -> Without {
    let column = table.column("tenant_id");
    if column.is_some_and(|column| column.required) {
        return Without::None;
    }
    let lacking = if column.is_some() { table.without_tenant } else { table.rows };
    match lacking {
        Some(0) => Without::None,
        Some(rows) => Without::Some(rows),
        None if !table.has_rows => Without::None,
        None => Without::NotCounted,
    }
}

fn all_if_no_column(table: &Relation) -> i64 {
    if table.column("tenant_id").is_some() { 0 } else { table.rows.unwrap_or_default() }
}
