//! The codes of class 42: what stands in the catalogue, and under which name.

use std::collections::BTreeSet;

use super::super::catalogue::{Function, Relation};
use super::super::compare::listed;
use super::super::legacy;
use super::super::report::{few, is_table, kind};
use super::{Facts, Here};

/// What older callers pass, and what they get.
const LOOK_UP: (&str, &str) = ("phone_number text", "uuid");

impl Facts<'_> {
    pub(super) fn undefined_column(&self) -> Here {
        let mut given = self.without_tenant_id();
        let lacking = self.ours().filter_map(|table| {
            let wanted = self.wanted(&table.name)?;
            let lacks = |name: &str| name != "tenant_id" && table.column(name).is_none();
            let number = wanted.columns.iter().filter(|column| lacks(&column.name)).count();
            (number > 0).then(|| format!("{number} of {}", table.name))
        });
        let lacking: Vec<String> = lacking.collect();
        if !lacking.is_empty() {
            given.push(format!("other columns that this version needs are missing: {}", listed(&lacking)));
        }
        Here::of(given, "it can't come from tenant_id any more: every table that stands and needs one has it")
    }

    /// The tables without `tenant_id`, and how that came: once we have migrated, it was there and is lost.
    fn without_tenant_id(&self) -> Vec<String> {
        let lacking: Vec<&Relation> =
            self.of_tenants().filter(|table| table.column("tenant_id").is_none()).collect();
        let (theirs, ours): (Vec<&Relation>, Vec<&Relation>) =
            lacking.into_iter().partition(|table| legacy::is_neighbour(table, self.shared));
        let mut told = Vec::new();
        if !ours.is_empty() {
            let names = names(&ours);
            told.push(if self.found.applied.is_empty() {
                let ids: BTreeSet<&str> = ours.iter().filter_map(|table| other_ids(table)).collect();
                let ids: Vec<&str> = ids.into_iter().collect();
                let ids = if ids.is_empty() { String::new() } else { format!(", with ids of type {}", listed(&ids)) };
                format!(
                    "{names} {} there before, without tenant_id{ids}: CREATE TABLE IF NOT EXISTS did nothing, and the \
                     index on tenant_id failed",
                    if ours.len() == 1 { "was" } else { "were" }
                )
            } else {
                format!("{names} lost tenant_id after the migration: what counts on it fails")
            });
        }
        if !theirs.is_empty() {
            let (belong, have) = if theirs.len() == 1 { ("belongs", "has") } else { ("belong", "have") };
            told.push(format!(
                "{} {belong} to another program and {have} no tenant_id yet: an index on it fails",
                names(&theirs)
            ));
        }
        told
    }

    pub(super) fn duplicate_table(&self) -> Here {
        let standing = legacy::OURS.into_iter().filter_map(|name| self.found.relation(self.shared, name));
        let (tables, others): (Vec<&Relation>, Vec<&Relation>) =
            standing.partition(|relation| is_table(relation));
        let mut given: Vec<String> = others
            .into_iter()
            .map(|other| format!("{} stands as {}, not as a table", other.name, kind(other)))
            .collect();
        let is_older = |table: &&Relation| {
            other_ids(table).is_some() || table.name != "tenants" && table.column("tenant_id").is_none()
        };
        let older: Vec<&Relation> = tables.into_iter().filter(is_older).collect();
        if !older.is_empty() {
            let are = if older.len() == 1 { "is a table" } else { "are tables" };
            given.push(format!(
                "{} {are} of an older program, and CREATE TABLE meets what stands",
                names(&older)
            ));
        }
        given.extend(self.taken_names());
        Here::of(
            given,
            "our names stand for our tables: CREATE TABLE of an older file, run again, meets them and does no harm; none \
             of those files is needed any more",
        )
    }

    /// Names of our indexes that something else bears.
    fn taken_names(&self) -> Vec<String> {
        let mut taken = Vec::new();
        for wanted in self.target.into_iter().flat_map(|target| &target.relations) {
            for index in &wanted.indexes {
                let others = self.found.relations.iter().filter(|other| {
                    other.schema == wanted.schema
                        && other.name != wanted.name
                        && (other.name == index.name
                            || other.indexes.iter().any(|there| there.name == index.name))
                });
                taken.extend(others.map(|other| {
                    format!(
                        "the name {}, which an index of {} needs, is taken by {}",
                        index.name, wanted.name, other.name
                    )
                }));
            }
        }
        taken
    }

    pub(super) fn datatype_mismatch(&self) -> Here {
        let mut given: Vec<String> = self
            .found
            .relation(self.shared, "tenants")
            .and_then(other_ids)
            .map(|kind| {
                format!("tenants.id is {kind} and not uuid: no tenant_id of type uuid can point at it")
            })
            .into_iter()
            .collect();
        for table in self.of_tenants() {
            if let Some(column) = table.column("tenant_id").filter(|column| column.kind != "uuid") {
                given.push(format!(
                    "{}.tenant_id is {} and not uuid: a key to tenants is refused",
                    table.name, column.kind
                ));
            }
        }
        // Nothing is left of the table that was refused but what came with it.
        if self.is_missing("weekly_analytics") && !self.counting_triggers().is_empty() {
            given.push(
                "weekly_analytics is missing although a trigger writes into it: the file that makes it declares tenant_id \
                 INTEGER, and its key to tenants is refused"
                    .to_owned(),
            );
        }
        Here::of(given, "no tenant_id and no tenants.id stands here that is not uuid")
    }

    pub(super) fn undefined_table(&self) -> Here {
        let mut given = Vec::new();
        let ours: Vec<&str> = legacy::OURS.into_iter().filter(|name| self.is_missing(name)).collect();
        if !ours.is_empty() {
            given.push(format!("missing: {}", few(&ours)));
        }
        if ours.contains(&"weekly_analytics") {
            given.extend(self.counting_triggers());
        }
        let theirs: Vec<&str> = legacy::NEIGHBOURS.into_iter().filter(|name| self.is_missing(name)).collect();
        let (are, them) = if theirs.len() == 1 { ("is", "it") } else { ("are", "them") };
        let absent = format!(
            "{} of another program {are} not here: older files that change {them} stop, and Switchboard does without",
            listed(&theirs)
        );
        let calm = if theirs.is_empty() {
            "every table of ours stands, and leads, signals and contacts, too".to_owned()
        } else {
            format!("every table of ours stands. {absent}")
        };
        if !given.is_empty() && !theirs.is_empty() {
            given.push(absent);
        }
        Here::of(given, &calm)
    }

    fn is_missing(&self, name: &str) -> bool {
        self.found.relation(self.shared, name).is_none()
    }

    /// Triggers that write into `weekly_analytics`.
    fn counting_triggers(&self) -> Vec<String> {
        let triggers =
            self.ours().flat_map(|table| table.triggers.iter().map(move |trigger| (table, trigger)));
        let counts = triggers.filter(|(_, trigger)| trigger.definition.contains("update_weekly_analytics("));
        let told = counts.map(|(table, trigger)| {
            format!(
                "the trigger {} writes into weekly_analytics: every INSERT into {} fails",
                trigger.name, table.name
            )
        });
        told.collect()
    }

    pub(super) fn invalid_function_definition(&self) -> Here {
        let named: Vec<&Function> = self
            .found
            .functions
            .iter()
            .filter(|function| function.schema == self.shared && function.name == legacy::LOOK_UP_OF_TENANTS)
            .collect();
        let given = named.iter().filter_map(|function| other_look_up(function)).collect();
        let calm = if named.is_empty() {
            "there is no get_tenant_by_phone yet, and so none is in the way"
        } else {
            "get_tenant_by_phone has the argument and the result that are needed"
        };
        Here::of(given, calm)
    }
}

/// What keeps a `get_tenant_by_phone` from becoming ours in place; none where it can.
fn other_look_up(function: &Function) -> Option<String> {
    let (arguments, result) = LOOK_UP;
    let returned = function.result.as_deref().unwrap_or("nothing");
    let Function { signature, arguments: taken, .. } = function;
    if !signature.ends_with("(text)") {
        return Some(format!(
            "{signature} is another function than the one for text: CREATE OR REPLACE makes a second one beside it, and \
             a call may not know which is meant"
        ));
    }
    (taken != arguments || returned != result).then(|| {
        format!(
            "{signature} takes `{taken}` and returns `{returned}`; needed are `{arguments}` and `{result}`"
        )
    })
}

fn names(tables: &[&Relation]) -> String {
    listed(&tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>())
}

/// The type of a table's ids where it is not ours.
fn other_ids(table: &Relation) -> Option<&str> {
    table.column("id").map(|id| id.kind.as_str()).filter(|kind| *kind != "uuid")
}
