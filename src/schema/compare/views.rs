//! Views of others over tables of ours: they stay, and outsiders no longer read our rows through them.
//!
//! A view reads with its owner's rights. Row-level security binds no owner who bypasses it, as the usual login of a hosted
//! service does; then the tables below are closed, and the view is not.

use super::super::catalogue::{Relation, RelationKind};
use super::super::ddl;
use super::super::names::quoted;
use super::super::plan::StepKind;
use super::{Comparison, listed, spoken, step};

/// Whoever asks such a view needs rights on the tables below.
const ASKS_AS_CALLER: [&str; 2] = ["security_invoker=true", "security_invoker=on"];

impl Comparison<'_> {
    /// Revokes what outsiders may do with views over ours, of those that the login may change.
    pub(super) fn views(&mut self) {
        let mut over_ours: Vec<&Relation> = Vec::new();
        // A view is made after what it reads.
        for view in &self.found.relations {
            let reads = |(read, _): &(String, Option<String>)| {
                self.target
                    .relations
                    .iter()
                    .chain(over_ours.iter().copied())
                    .any(|ours| ours.full_name() == *read)
            };
            let is_view = matches!(view.kind, RelationKind::View | RelationKind::MaterializedView);
            if is_view && view.uses.iter().any(reads) {
                over_ours.push(view);
            }
        }
        let asks_as_caller =
            |view: &Relation| view.options.iter().any(|option| ASKS_AS_CALLER.contains(&option.as_str()));
        for view in over_ours {
            if view.ours_to_change && !asks_as_caller(view) {
                self.closed_view(view);
            }
        }
    }

    fn closed_view(&mut self, view: &Relation) {
        let columns = view.columns.iter().flat_map(|column| {
            column
                .grants
                .iter()
                .map(|(grantee, privilege)| (grantee, format!("{privilege} ({})", quoted(&column.name))))
        });
        let whole = view.grants.iter().map(|(grantee, privilege)| (grantee, privilege.clone()));
        let (mut who, mut sql) = (Vec::new(), Vec::new());
        for (grantee, what) in whole.chain(columns) {
            if !ddl::OUTSIDERS.contains(&grantee.as_str()) {
                continue;
            }
            let from = ddl::role(grantee);
            sql.push(format!("REVOKE {what} ON {} FROM {from}", ddl::relation(view)));
            if !who.contains(grantee) {
                who.push(grantee.clone());
            }
        }
        if sql.is_empty() {
            return;
        }
        let (name, who) = (spoken(view, self.shared), listed(&who));
        let words = format!("the view {name} shows rows of ours to {who}: revoke that");
        let mut step = step(StepKind::Waits, view, words, sql);
        step.stops.push(format!("A program that logs in as {who} can't read the view {name}."));
        self.push(step);
    }
}
