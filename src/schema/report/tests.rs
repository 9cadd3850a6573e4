//! The lines, made of evidence that is drawn by hand.

use super::super::catalogue::ConstraintKind;
use super::super::plan::{Step, StepKind};
use super::super::sketch::{catalogue, table};
use super::*;

fn evidence(relations: Vec<Relation>) -> Evidence {
    Evidence {
        names: Names::usual(),
        found: catalogue(relations),
        rows: Rows::Counted,
        compared: Compared::Not("not asked".to_owned()),
        default_tenant: DefaultTenant::NotChosen,
        is_member: Some(true),
    }
}

fn against(target: Vec<Relation>, steps: Vec<Step>) -> Compared {
    Compared::With { target: Box::new(catalogue(target)), plan: Ok(Plan { steps }) }
}

fn calls(columns: &[&str]) -> Relation {
    table("call_logs", columns)
}

#[track_caller]
fn line(evidence: &Evidence, part: &Part) -> Verified {
    report(evidence).into_iter().find(|line| line.part == *part).unwrap()
}

#[track_caller]
fn wrong(evidence: &Evidence, part: &Part) -> Vec<String> {
    match line(evidence, part).verdict {
        Verdict::Wrong(wrong) => wrong,
        other @ (Verdict::Right | Verdict::Unknown(_)) => panic!("{other:?}"),
    }
}

#[test]
fn rows_that_nobody_could_count_are_never_none() {
    let mut hidden = calls(&["tenant_id uuid"]);
    (hidden.has_rows, hidden.row_security, hidden.forced) = (true, true, true);

    let rows = line(&evidence(vec![hidden]), &Part::Rows);

    assert_eq!(rows.found, "not counted: call_logs (row-level security hides rows from `owner`)");
    assert_eq!(rows.verdict, Verdict::Unknown("call_logs may hold rows without tenant".to_owned()));
}

#[test]
fn where_tenant_id_is_required_no_count_is_needed() {
    let mut unreadable = calls(&["tenant_id uuid!"]);
    unreadable.has_rows = true;

    let rows = line(&evidence(vec![unreadable]), &Part::Rows);

    assert_eq!(rows.found, "not counted: call_logs (`owner` may not SELECT)");
    assert_eq!(rows.verdict, Verdict::Right);
}

#[test]
fn rows_with_and_without_tenant_are_told_apart() {
    let mut some = calls(&["tenant_id uuid"]).with_rows(1205);
    some.without_tenant = Some(1);
    let all = table("leads", &["id integer!"]).with_rows(3);

    let evidence = evidence(vec![some, all]);

    assert_eq!(line(&evidence, &Part::Rows).found, "1 204 with tenant, 4 without");
    assert_eq!(
        wrong(&evidence, &Part::Rows),
        ["call_logs: 1 row without tenant", "leads: 3 rows without tenant"]
    );
    assert_eq!(wrong(&evidence, &Part::TenantIds), ["call_logs may leave it out", "leads has none"]);
}

#[test]
fn one_of_a_thing_is_told_in_the_singular() {
    let one = calls(&["id uuid!", "tenant_id uuid!"])
        .with_rows(1)
        .with_constraint("call_logs_pkey", ConstraintKind::Primary, "id")
        .with_index("call_logs_tenant_id_idx", "tenant_id");

    let line = line(&evidence(vec![one]), &Part::Table("call_logs".to_owned()));

    assert_eq!(line.found, "1 row, 1 key, 1 index, row security off");
}

#[test]
fn a_default_tenant_is_asked_for_only_where_rows_need_one() {
    let none = evidence(vec![calls(&["tenant_id uuid!"]).with_rows(1)]);
    let needed = evidence(vec![table("leads", &["id integer!"]).with_rows(1)]);
    let mut gone = evidence(vec![table("leads", &["tenant_id uuid!"])]);
    gone.default_tenant = DefaultTenant::Gone;

    assert_eq!(line(&none, &Part::DefaultTenant).found, "none needed");
    assert_eq!(wrong(&needed, &Part::DefaultTenant), ["rows of leads need one"]);
    assert_eq!(wrong(&gone, &Part::DefaultTenant), ["leads give it to rows that name no tenant"]);
}

#[test]
fn keys_indexes_and_policies_are_held_against_the_target() {
    let wanted = calls(&["tenant_id uuid!"])
        .with_constraint("call_logs_tenant_id_fkey", ConstraintKind::Foreign, "tenant_id")
        .with_index("call_logs_tenant_id_idx", "tenant_id")
        .with_policy("call_logs_own", "mine");
    let mut found = wanted.clone().with_policy("open", "true");
    found.constraints[0].validated = false;
    found.indexes[0].valid = false;
    found.policies.remove(0);
    let mut evidence = evidence(vec![found]);
    evidence.compared = against(vec![wanted], Vec::new());

    assert_eq!(
        wrong(&evidence, &Part::Keys),
        ["not made sure of all rows: call_logs_tenant_id_fkey of call_logs"]
    );
    assert_eq!(
        wrong(&evidence, &Part::Indexes),
        ["INVALID, left by a build that broke off: call_logs_tenant_id_idx"]
    );
    assert_eq!(
        wrong(&evidence, &Part::RowSecurity),
        [
            "off for call_logs",
            "policy missing: call_logs_own of call_logs",
            "policy not ours: open of call_logs"
        ]
    );
}

#[test]
fn what_outsiders_may_is_wrong_even_for_one_column() {
    let mut open = calls(&["tenant_id uuid!"]);
    open.columns[0].grants.push(("anon".to_owned(), "SELECT".to_owned()));

    assert_eq!(wrong(&evidence(vec![open]), &Part::Grants), ["anon may use call_logs"]);
}

#[test]
fn drift_is_told_in_the_words_of_the_steps() {
    let about = vec!["public.call_logs".to_owned()];
    let step = Step::new(StepKind::Waits, about, "call_logs has no tenant_id: add it", Vec::new());
    let mut evidence = evidence(vec![calls(&[])]);
    evidence.compared = against(vec![calls(&[])], vec![step]);

    assert!(line(&evidence, &Part::Drift).found.starts_with("1 step to version"));
    assert_eq!(wrong(&evidence, &Part::Drift), ["call_logs has no tenant_id: add it"]);
    assert_eq!(wrong(&evidence, &Part::Table("call_logs".to_owned())), ["1 step is left"]);
}

#[test]
fn without_a_comparison_nothing_is_called_right_that_needs_one() {
    let mut evidence = evidence(vec![calls(&["tenant_id uuid!"])]);
    evidence.compared = Compared::Not("the login may not".to_owned());

    for part in [Part::Objects, Part::Keys, Part::Indexes, Part::Drift] {
        assert!(matches!(line(&evidence, &part).verdict, Verdict::Unknown(_)), "{part:?}");
    }
}

#[test]
fn a_view_in_the_place_of_a_table_is_called_one() {
    let mut view = calls(&["tenant_id uuid"]);
    view.kind = RelationKind::View;
    let mut evidence = evidence(vec![view]);
    evidence.compared = against(vec![calls(&[]), table("tenants", &[])], Vec::new());

    assert_eq!(
        wrong(&evidence, &Part::Objects),
        [
            "missing: tenants and all that the schema switchboard should hold",
            "call_logs is a view, not a table"
        ]
    );
}
