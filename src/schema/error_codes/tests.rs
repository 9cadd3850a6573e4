//! The sentences, made of catalogues that are drawn by hand, and of counts that are given.

use super::super::catalogue::{ConstraintKind, RelationKind, Trigger};
use super::super::sketch::{catalogue, look_up, table};
use super::questions::Question;
use super::*;

const RIGHT: [&str; 2] = ["id uuid!", "tenant_id uuid!"];

/// Our five tables as they should be, and another program's three beside them.
fn right() -> Catalogue {
    let tenants = table("tenants", &["id uuid!", "slug text!"]);
    let key =
        |name: &&str| table(name, &RIGHT).with_constraint("of_tenant", ConstraintKind::Foreign, "tenant_id");
    let others = legacy::OURS.iter().filter(|name| **name != "tenants").chain(&legacy::NEIGHBOURS);
    let mut found = catalogue(std::iter::once(tenants).chain(others.map(key)).collect());
    found.functions.push(look_up("phone_number text", "uuid"));
    found
}

fn of(found: &mut Catalogue, name: &str) -> usize {
    found.relations.iter().position(|relation| relation.name == name).unwrap()
}

fn without(found: &mut Catalogue, name: &str) -> Relation {
    let place = of(found, name);
    found.relations.remove(place)
}

/// All questions answered alike.
fn explained(code: ErrorCode, found: &Catalogue, answer: &Answer) -> Explanation {
    let mut asked = questions(found, "public");
    for asked in &mut asked {
        asked.answer = answer.clone();
    }
    explain(code, &Facts { found, target: None, asked: &asked, shared: "public" })
}

#[track_caller]
fn given(code: ErrorCode, found: &Catalogue) -> Vec<String> {
    let explanation = explained(code, found, &Answer::Number(0));
    assert!(explanation.remedy.is_some(), "{explanation:?}");
    explanation.here
}

#[test]
fn on_a_right_database_no_code_has_a_cause_left() {
    for code in ErrorCode::ALL {
        let explanation = explained(code, &right(), &Answer::Number(0));

        assert_eq!(explanation.remedy, None, "{explanation:?}");
        assert_eq!(explanation.here.len(), 1, "{explanation:?}");
    }
}

#[test]
fn on_an_empty_database_nothing_can_have_gone_wrong_yet() {
    for code in ErrorCode::ALL {
        let explanation = explained(code, &catalogue(Vec::new()), &Answer::Number(0));

        assert!(explanation.here[0].starts_with("nothing of ours stands here yet"), "{explanation:?}");
    }
}

#[test]
fn an_older_table_of_our_name_is_why_a_column_is_missing() {
    let mut found = right();
    without(&mut found, "call_logs");
    found.relations.push(table("call_logs", &["id integer!", "call_sid character varying(50)"]));

    assert_eq!(
        given(ErrorCode::UndefinedColumn, &found),
        [
            "call_logs was there before, without tenant_id, with ids of type integer: CREATE TABLE IF NOT EXISTS did \
             nothing, and the index on tenant_id failed"
        ]
    );
    assert_eq!(
        given(ErrorCode::DuplicateTable, &found),
        ["call_logs is a table of an older program, and CREATE TABLE meets what stands"]
    );
}

#[test]
fn after_a_migration_a_missing_column_was_lost() {
    let mut found = right();
    found.applied = vec![1];
    let place = of(&mut found, "call_logs");
    found.relations[place].columns.retain(|column| column.name != "tenant_id");

    assert_eq!(
        given(ErrorCode::UndefinedColumn, &found),
        ["call_logs lost tenant_id after the migration: what counts on it fails"]
    );
}

#[test]
fn a_neighbour_without_tenant_id_is_told_as_another_programs() {
    let mut found = right();
    without(&mut found, "leads");
    found.relations.push(table("leads", &["id integer!"]));

    assert_eq!(
        given(ErrorCode::UndefinedColumn, &found),
        ["leads belongs to another program and has no tenant_id yet: an index on it fails"]
    );
}

#[test]
fn columns_of_this_version_that_are_missing_are_counted() {
    let mut target = right();
    let place = of(&mut target, "call_logs");
    target.relations[place].columns.extend(table("", &["started_at text", "ended_at text"]).columns);
    let found = right();
    let facts = Facts { found: &found, target: Some(&target), asked: &[], shared: "public" };

    let here = explain(ErrorCode::UndefinedColumn, &facts).here;

    assert_eq!(here, ["other columns that this version needs are missing: 2 of call_logs"]);
}

#[test]
fn what_bears_our_names_and_is_no_table_is_named() {
    let mut found = right();
    let place = of(&mut found, "appointments");
    found.relations[place].kind = RelationKind::Sequence;

    assert_eq!(
        given(ErrorCode::DuplicateTable, &found),
        ["appointments stands as a sequence, not as a table"]
    );
}

#[test]
fn a_tenant_id_of_another_type_is_named_with_its_table() {
    let mut found = right();
    without(&mut found, "leads");
    found.relations.push(table("leads", &["tenant_id integer"]));

    assert_eq!(
        given(ErrorCode::DatatypeMismatch, &found),
        ["leads.tenant_id is integer and not uuid: a key to tenants is refused"]
    );
}

#[test]
fn a_missing_table_fails_those_that_write_into_it_by_a_trigger() {
    let mut found = right();
    without(&mut found, "weekly_analytics");
    let place = of(&mut found, "call_logs");
    found.relations[place].triggers.push(Trigger {
        name: "count_weeks".to_owned(),
        definition: "CREATE TRIGGER … EXECUTE FUNCTION public.update_weekly_analytics()".to_owned(),
        enabled: true,
        on_update: false,
    });

    assert_eq!(
        given(ErrorCode::UndefinedTable, &found),
        [
            "missing: weekly_analytics",
            "the trigger count_weeks writes into weekly_analytics: every INSERT into call_logs fails"
        ]
    );
    let mismatch = given(ErrorCode::DatatypeMismatch, &found);
    assert!(mismatch[0].contains("declares tenant_id INTEGER"), "{mismatch:?}");
}

#[test]
fn another_programs_tables_may_be_missing() {
    let mut found = right();
    without(&mut found, "signals");

    let explanation = explained(ErrorCode::UndefinedTable, &found, &Answer::Number(0));

    assert_eq!(explanation.remedy, None);
    assert!(explanation.here[0].contains("signals of another program is not here"), "{explanation:?}");
}

#[test]
fn a_look_up_with_another_argument_or_result_is_quoted() {
    let mut renamed = right();
    renamed.functions = vec![look_up("number text", "uuid")];
    let mut beside = right();
    beside.functions = vec![look_up("phone_number character varying", "uuid")];

    assert_eq!(
        given(ErrorCode::InvalidFunctionDefinition, &renamed),
        [
            "public.get_tenant_by_phone(text) takes `number text` and returns `uuid`; needed are `phone_number text` and \
             `uuid`"
        ]
    );
    let beside = given(ErrorCode::InvalidFunctionDefinition, &beside);
    assert!(beside[0].contains("CREATE OR REPLACE makes a second one beside it"), "{beside:?}");
}

#[test]
fn only_what_no_key_proves_is_counted() {
    let mut found = right();
    let place = of(&mut found, "leads");
    found.relations[place].constraints[0].validated = false;

    let asked: Vec<(Question, String)> =
        questions(&found, "public").into_iter().map(|asked| (asked.question, asked.table)).collect();

    assert_eq!(
        asked,
        [(Question::UnknownTenants, "leads".to_owned()), (Question::Repeated("slug"), "tenants".to_owned()),]
    );
}

#[test]
fn counts_are_told_with_their_table_and_what_was_not_counted_with_its_reason() {
    let mut found = right();
    let place = of(&mut found, "leads");
    found.relations[place].constraints.clear();
    let here = |code, answer: &Answer| explained(code, &found, answer).here;

    assert_eq!(
        here(ErrorCode::ForeignKeyViolation, &Answer::Number(1)),
        ["leads: 1 row names a tenant that does not exist"]
    );
    assert_eq!(
        here(ErrorCode::UniqueViolation, &Answer::Number(2)),
        ["tenants.slug: 2 values stand more than once, and a key on it can't be made"]
    );
    assert_eq!(
        here(ErrorCode::ForeignKeyViolation, &Answer::NotCounted("nobody may look".to_owned())),
        ["leads was not counted: nobody may look"]
    );
}

#[test]
fn a_code_is_read_in_either_case_and_an_unknown_one_names_the_known() {
    assert_eq!("42p07".parse(), Ok(ErrorCode::DuplicateTable));
    let refused = "99999".parse::<ErrorCode>().unwrap_err().to_string();
    assert!(refused.contains("42703, 42P07, 42804, 42P01, 42P13, 23503, 23505"), "{refused}");
}
