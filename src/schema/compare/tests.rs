//! What the comparison decides, on catalogues of three tables: by the words and kinds of its steps, not by their SQL.

use super::super::catalogue::ConstraintKind;
use super::super::plan::Manner;
use super::super::sketch::{catalogue, table};
use super::*;

const CALLS: [&str; 4] =
    ["id uuid!", "tenant_id uuid!", "call_sid text!", "answered_at timestamp with time zone"];

fn calls() -> Relation {
    let mut calls = table("call_logs", &CALLS)
        .with_constraint("call_logs_outcome_check", ConstraintKind::Check, "call_sid")
        .with_constraint("call_logs_tenant_id_fkey", ConstraintKind::Foreign, "tenant_id")
        .with_index("call_logs_tenant_id_idx", "tenant_id")
        .with_policy("call_logs_own", "mine");
    (calls.row_security, calls.forced) = (true, true);
    calls
}

/// Tenants, their calls, and the audit.
fn target() -> Catalogue {
    let mut audit = table("migration_audit", &["id uuid!", "decision text!"]);
    "switchboard".clone_into(&mut audit.schema);
    catalogue(vec![table("tenants", &["id uuid!", "slug text!"]), calls(), audit])
}

/// The target, with another table of calls.
fn with_calls(calls: Relation) -> Catalogue {
    let mut found = target();
    found.relations[1] = calls;
    found
}

fn plan(found: &Catalogue) -> Plan {
    compare(found, &target(), "public", Building::WhileCallsCome).unwrap()
}

fn words(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.words.as_str()).collect()
}

#[track_caller]
fn the_step<'a>(plan: &'a Plan, said: &str) -> &'a Step {
    let found: Vec<&Step> = plan.steps.iter().filter(|step| step.words.contains(said)).collect();
    assert_eq!(found.len(), 1, "{said} in {:#?}", words(plan));
    found[0]
}

#[test]
fn a_right_database_gives_an_empty_plan_however_many_rows_it_has() {
    assert_eq!(plan(&target()), Plan::default());
    assert_eq!(plan(&with_calls(calls().with_rows(1_000_000))), Plan::default());
}

#[test]
fn a_missing_table_is_made_without_being_asked_for() {
    let mut found = target();
    found.relations.remove(1);

    let plan = plan(&found);

    assert_eq!(the_step(&plan, "call_logs is missing: make it").kind, StepKind::Additive);
    assert_eq!(plan.waiting().count(), 0);
}

#[test]
fn a_missing_column_is_added_without_being_asked_for() {
    let mut older = calls().with_rows(3);
    older.columns.retain(|column| column.name != "answered_at");

    let plan = plan(&with_calls(older));

    let step = the_step(&plan, "call_logs has no answered_at: add it");
    assert_eq!(step.kind, StepKind::Additive);
    assert!(step.words.ends_with("; 3 rows"), "{}", step.words);
}

#[test]
fn rows_without_tenant_are_given_one_and_to_require_it_waits() {
    let mut older = calls().with_rows(3);
    older.columns[1].required = false;

    let plan = plan(&with_calls(older));

    assert_eq!(the_step(&plan, "rows or neighbours need a default tenant").kind, StepKind::Additive);
    assert_eq!(the_step(&plan, "give them to the default tenant").kind, StepKind::Additive);
    assert_eq!(the_step(&plan, "call_logs does not require tenant_id").kind, StepKind::Waits);
}

#[test]
fn to_change_the_type_of_a_column_with_values_waits() {
    let mut older = calls().with_rows(3);
    older.columns[2].kind = "character varying(50)".to_owned();

    let plan = plan(&with_calls(older));

    assert_eq!(the_step(&plan, "call_sid of call_logs is of another type: change it").kind, StepKind::Waits);
}

#[test]
fn on_an_empty_table_nothing_waits() {
    let mut older = calls().with_policy("open", "true");
    older.columns[1].required = false;
    older.columns[2].kind = "integer".to_owned();
    (older.row_security, older.forced) = (false, false);
    let found = with_calls(older);

    let plan = plan(&found);

    assert!(plan.steps.len() > 2, "{:#?}", words(&plan));
    assert_eq!(plan.waiting().count(), 0, "{:#?}", words(&plan));
}

#[test]
fn integer_ids_are_renamed_aside_with_their_rows_once_somebody_agrees() {
    let older = table("call_logs", &["id integer!", "call_sid character varying(50)"]).with_rows(2);

    let plan = plan(&with_calls(older));

    let step = the_step(&plan, "rename it to call_logs_legacy");
    assert_eq!(step.kind, StepKind::Waits);
    assert!(step.stops.iter().any(|stops| stops.contains("INSERT into call_logs")), "{:?}", step.stops);
}

#[test]
fn a_key_that_was_never_checked_is_checked_and_not_made_again() {
    let mut older = calls().with_rows(3);
    older.constraints[1].validated = false;

    let plan = plan(&with_calls(older));

    let step = the_step(&plan, "call_logs has no checked call_logs_tenant_id_fkey");
    assert_eq!(step.kind, StepKind::Additive);
    assert!(step.sql.iter().any(|statement| statement.contains("VALIDATE CONSTRAINT")), "{:?}", step.sql);
    assert!(!step.sql.iter().any(|statement| statement.contains("FOREIGN KEY")), "{:?}", step.sql);
}

#[test]
fn a_broken_index_is_dropped_and_built_while_calls_come() {
    let mut older = calls().with_rows(3);
    older.indexes[0].valid = false;

    let plan = plan(&with_calls(older));

    assert_eq!(the_step(&plan, "call_logs_tenant_id_idx of call_logs is broken").kind, StepKind::Additive);
    let built = the_step(&plan, "call_logs has no index call_logs_tenant_id_idx");
    assert_eq!((built.kind, &built.manner), (StepKind::Additive, &Manner::Concurrently));
}

#[test]
fn somebodys_wider_policy_goes_once_somebody_agrees_and_the_audit_keeps_it() {
    let plan = plan(&with_calls(calls().with_rows(3).with_policy("open", "true")));

    let step = the_step(&plan, "the policy \"open\" of call_logs is not ours");
    assert_eq!(step.kind, StepKind::Waits);
    assert!(step.sql.iter().any(|statement| statement.contains("migration_audit")), "{:?}", step.sql);
    assert_eq!(plan.steps.len(), 1, "{:#?}", words(&plan));
}

#[test]
fn a_column_that_only_the_older_program_knows_stays_and_refuses_no_row_of_ours() {
    let mut older = calls().with_rows(3);
    older.columns.extend(table("", &["operator_note text!", "mood text"]).columns);

    let plan = plan(&with_calls(older));

    let statements: Vec<&String> = plan.steps.iter().flat_map(|step| &step.sql).collect();
    assert!(!statements.iter().any(|statement| statement.contains("DROP COLUMN")), "{statements:#?}");
    assert_eq!(the_step(&plan, "operator_note of call_logs would refuse our rows").kind, StepKind::Additive);
}

#[test]
fn a_neighbour_gets_a_tenant_by_default_so_that_its_program_goes_on() {
    let mut found = target();
    found.relations.push(table("leads", &["id integer!", "name text"]).with_rows(1_000_000));

    let plan = plan(&found);

    let step = the_step(&plan, "leads has no tenant_id");
    assert!(step.sql.iter().any(|statement| statement.contains("NOT NULL DEFAULT")), "{:?}", step.sql);
    assert!(step.words.ends_with("; 1 000 000 rows"), "{}", step.words);
    assert!(plan.steps.iter().all(|step| step.kind == StepKind::Additive && step.stops.is_empty()));
}

#[test]
fn other_tables_of_an_older_program_are_not_looked_at() {
    let mut found = target();
    found.relations.push(table("customers", &["id integer!"]).with_rows(5));

    assert_eq!(plan(&found), Plan::default());
}

#[test]
fn whose_number_it_was_is_never_made_up() {
    let mut numbers = table("tenant_phone_numbers", &["phone_number text!", "tenant_id uuid!"]);
    "switchboard".clone_into(&mut numbers.schema);
    let (mut found, mut target) = (target(), target());
    target.relations.push(numbers.clone());
    numbers.columns.remove(0);
    found.relations.push(numbers.with_rows(1));

    let refused = compare(&found, &target, "public", Building::WhileCallsCome).unwrap_err();

    let lost = "switchboard.tenant_phone_numbers.phone_number".to_owned();
    assert_eq!(refused, Refusal::Lost { found: lost });
}

#[test]
fn a_table_of_somebody_else_is_refused_before_the_first_step() {
    let mut theirs = calls();
    theirs.ours_to_change = false;

    let refused = compare(&with_calls(theirs), &target(), "public", Building::WhileCallsCome).unwrap_err();

    let (found, login) = ("public.call_logs (of owner)".to_owned(), "owner".to_owned());
    assert_eq!(refused, Refusal::NotTheOwner { found, login });
}

#[test]
fn what_is_approved_has_the_same_digest_whether_rows_are_counted_or_not() {
    let mut older = calls().with_rows(3).with_policy("open", "true");
    older.columns[1].required = false;
    let counted = plan(&with_calls(older.clone()));
    older.rows = None;

    let uncounted = plan(&with_calls(older));

    assert_ne!(words(&counted), words(&uncounted));
    assert_eq!(counted.digest(), uncounted.digest());
}
