//! What is chosen, and what is found in the way: from catalogues, without a database.

use super::super::catalogue::{Catalogue, Constraint, ConstraintKind, Relation, RelationKind};
use super::super::error::Refusal;
use super::super::names::Names;
use super::super::snapshot;
use super::in_the_way;
use super::list::End;
use super::list::{Counts, list};
use super::slate::Slate;

/// What the migrations make, and a table `leads` that has a tenant.
fn finished() -> Catalogue {
    let mut found = snapshot::target(&Names::usual()).unwrap();
    let mut leads = relation(&found, "call_logs").clone();
    leads.name = "leads".to_owned();
    leads.columns.retain(|column| column.name == "tenant_id");
    leads.constraints.clear();
    leads.indexes.clear();
    leads.policies.clear();
    found.relations.push(leads);
    found
}

fn relation<'a>(found: &'a Catalogue, name: &str) -> &'a Relation {
    found.relation("public", name).unwrap()
}

fn change(found: &mut Catalogue, name: &str, change: impl FnOnce(&mut Relation)) {
    change(found.relations.iter_mut().find(|relation| relation.name == name).unwrap());
}

fn key(kind: ConstraintKind, columns: &[&str], references: Option<&str>) -> Constraint {
    Constraint {
        name: "theirs".to_owned(),
        kind,
        validated: true,
        definition: String::new(),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        references: references.map(str::to_owned),
        key: None,
    }
}

/// What goes in words, or what is in the way; with rows in a table of this name alone.
fn judged(found: &Catalogue, filled: &str) -> Result<Vec<String>, Vec<String>> {
    let names = Names::usual();
    let target = snapshot::target(&names).unwrap();
    let slate = Slate::of(found, &target, &names).unwrap();
    let mut counts = Counts::default();
    for relation in slate.relations().filter(|relation| relation.name == filled) {
        counts.note(relation, 1);
    }
    match in_the_way::refuse(found, &slate, &counts) {
        Ok(()) => Ok(list(&slate, &counts, End::Shown).going.into_iter().map(|going| going.what).collect()),
        Err(Refusal::StillNeeded { found, .. }) => Err(found),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn only_a_tenant_id_that_a_migration_gave_goes_from_a_neighbour() {
    let column = "column tenant_id of leads".to_owned();
    let integer = |leads: &mut Relation| leads.columns[0].kind = "integer".to_owned();
    let elsewhere = |leads: &mut Relation| {
        leads.constraints.push(key(ConstraintKind::Foreign, &["tenant_id"], Some("public.firms")));
    };

    assert!(judged(&finished(), "").unwrap().contains(&column));
    for theirs in [&integer as &dyn Fn(&mut Relation), &elsewhere] {
        let mut found = finished();
        change(&mut found, "leads", theirs);
        assert!(!judged(&found, "").unwrap().contains(&column));
    }
}

#[test]
fn a_key_of_a_neighbour_that_would_go_with_the_column_is_in_the_way() {
    let mut found = finished();
    change(&mut found, "leads", |leads| {
        leads.constraints.push(key(ConstraintKind::Primary, &["id", "tenant_id"], None));
    });

    assert_eq!(judged(&found, ""), Err(vec!["theirs of public.leads holds tenant_id and more".to_owned()]));
}

#[test]
fn what_others_have_on_a_table_that_stays_is_not_in_the_way() {
    let mut found = finished();
    let mut aside = relation(&found, "call_logs").clone();
    aside.name = "call_logs_legacy2".to_owned();
    let mut view = aside.clone();
    view.name = "of_theirs".to_owned();
    view.kind = RelationKind::View;
    view.constraints.clear();
    view.uses = vec![("public.call_logs_legacy2".to_owned(), None)];
    found.relations.extend([aside, view]);

    let kept = judged(&found, "call_logs_legacy2").unwrap();

    assert!(!kept.iter().any(|what| what.contains("legacy")), "{kept:?}");
    let reads = "the view public.of_theirs reads public.call_logs_legacy2".to_owned();
    assert_eq!(judged(&found, ""), Err(vec![reads]));
}
