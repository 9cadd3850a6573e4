//! Rows that break a rule of ours, mended before the rule is made.
//!
//! Promises: no row is deleted, except that two rows of one tenant's week become one; what a row said is kept in the audit.

use super::super::catalogue::Relation;
use super::super::ddl;
use super::super::names::{literal, quoted};
use super::tenants::recover_tenants;

/// What to do before this constraint or index can stand.
pub(in super::super) fn before_constraint(table: &Relation, rule: &str) -> Vec<String> {
    match rule {
        "tenants_pkey" => vec![distinct(table, "id", "x.id", "gen_random_uuid()")],
        "tenants_slug_key" => vec![distinct(table, "slug", "x.slug", "x.slug || '-' || left(x.id::text, 8)")],
        "tenants_monthly_call_limit_check" => {
            vec![changed(table, "monthly_call_limit", "x.monthly_call_limit < 0", "NULL")]
        }
        "tenants_accepts_unknown_numbers_key" => {
            vec![distinct_where(
                table,
                "accepts_unknown_numbers",
                "x.accepts_unknown_numbers",
                "x.accepts_unknown_numbers",
                "false",
            )]
        }
        "tenant_users_tenant_id_email_key" => {
            vec![distinct(table, "email", "x.tenant_id, x.email", "x.email || '#' || x.id")]
        }
        "tenant_users_role_check" => {
            vec![changed(table, "role", "x.role NOT IN ('owner', 'admin', 'member', 'viewer')", "'member'")]
        }
        "call_logs_tenant_id_call_sid_key" => {
            vec![distinct(table, "call_sid", "x.tenant_id, x.call_sid", "x.call_sid || '#' || x.id")]
        }
        "call_logs_direction_check" => vec![changed(
            table,
            "direction",
            "x.direction NOT IN ('inbound', 'outbound', 'outbound-api', 'outbound-dial', 'trunking-originating', 'trunking-terminating')",
            "CASE WHEN x.direction ILIKE 'out%' THEN 'outbound' ELSE 'inbound' END",
        )],
        "call_logs_status_check" => vec![call_status(table)],
        "call_logs_outcome_check" => vec![changed(
            table,
            "outcome",
            "x.outcome NOT IN ('answered', 'voicemail', 'missed', 'abandoned', 'emergency', 'after_hours', 'blocked', 'failed', 'unknown')",
            "NULL",
        )],
        "call_logs_duration_check" => vec![changed(table, "duration", "x.duration < 0", "NULL")],
        "appointments_status_check" => vec![visit_status(table)],
        "appointments_ends_after_it_starts" => {
            vec![changed(table, "ends_at", "x.ends_at <= x.starts_at", "x.starts_at + interval '1 hour'")]
        }
        "appointments_no_overlap" => vec![waived(table)],
        "appointments_call_log_id_fkey" => vec![cleared(table)],
        "call_events_call_sid_fkey" => vec![recover_tenants(table), recovered_calls(table)],
        "weekly_analytics_tenant_id_week_start_key" => merged(table),
        "weekly_analytics_week_check" => {
            vec![changed(table, "week_end", "x.week_end <= x.week_start", "x.week_start + 6")]
        }
        _ if rule.ends_with("_tenant_id_fkey") => vec![recover_tenants(table)],
        _ if rule.ends_with("_pkey") && table.column("id").is_some_and(|id| id.kind == "uuid") => {
            let key = if table.column("tenant_id").is_some() { "x.tenant_id, x.id" } else { "x.id" };
            vec![distinct(table, "id", key, "gen_random_uuid()")]
        }
        _ => Vec::new(),
    }
}

fn call_status(table: &Relation) -> String {
    changed(
        table,
        "status",
        "x.status NOT IN ('queued', 'initiated', 'ringing', 'in-progress', 'completed', 'busy', 'no-answer', 'failed', 'canceled')",
        "CASE lower(replace(x.status, '_', '-')) WHEN 'cancelled' THEN 'canceled' WHEN 'missed' THEN 'no-answer' WHEN 'no answer' THEN 'no-answer' \
         WHEN 'in progress' THEN 'in-progress' WHEN 'error' THEN 'failed' ELSE 'completed' END",
    )
}

fn visit_status(table: &Relation) -> String {
    changed(
        table,
        "status",
        "x.status NOT IN ('pending', 'confirmed', 'completed', 'cancelled', 'no_show')",
        "CASE lower(replace(x.status, '-', '_')) WHEN 'scheduled' THEN 'confirmed' WHEN 'canceled' THEN 'cancelled' WHEN 'done' THEN 'completed' \
         WHEN 'noshow' THEN 'no_show' ELSE 'pending' END",
    )
}

/// Changes one column of the rows for which a condition holds, and keeps what it said.
fn changed(table: &Relation, column: &str, condition: &str, value: &str) -> String {
    audited(
        table,
        column,
        "value changed",
        &format!(
            "SELECT x.ctid AS place, x.{} AS was FROM {} x WHERE {condition}",
            quoted(column),
            ddl::relation(table)
        ),
        value,
    )
}

/// Makes the second and later ones of equal rows different.
fn distinct(table: &Relation, column: &str, key: &str, value: &str) -> String {
    distinct_where(table, column, key, "true", value)
}

fn distinct_where(table: &Relation, column: &str, key: &str, condition: &str, value: &str) -> String {
    let age = if table.column("created_at").is_some() { "x.created_at NULLS LAST, " } else { "" };
    let name = quoted(column);
    let rows = format!(
        "SELECT r.place, r.was FROM (SELECT x.ctid AS place, x.{name} AS was, row_number() OVER (PARTITION BY {key} ORDER BY {age}x.ctid) AS number \
         FROM {} x WHERE {condition}) r WHERE r.number > 1",
        ddl::relation(table)
    );
    audited(table, column, "repetition told apart", &rows, value)
}

fn audited(table: &Relation, column: &str, decision: &str, rows: &str, value: &str) -> String {
    let (from, name) = (ddl::relation(table), quoted(column));
    format!(
        "WITH broken AS ({rows}), mended AS (UPDATE {from} x SET {name} = {value} FROM broken b WHERE x.ctid = b.place \
         RETURNING x.id, b.was, x.{name} AS now) \
         INSERT INTO switchboard.migration_audit (relation, decision, detail) SELECT {}, {}, \
         jsonb_build_object('id', id, 'column', {}, 'was', was, 'now', now) FROM mended",
        literal(&table.full_name()),
        literal(decision),
        literal(column)
    )
}

/// Visits that overlap an older one of the same tenant stay, and say so.
fn waived(table: &Relation) -> String {
    let from = ddl::relation(table);
    let open =
        |visit: &str| format!("{visit}.status IN ('pending', 'confirmed') AND NOT {visit}.overlap_waived");
    let rows = format!(
        "SELECT x.ctid AS place, x.overlap_waived AS was FROM {from} x WHERE {} AND EXISTS (SELECT FROM {from} o WHERE {} \
         AND o.tenant_id = x.tenant_id AND o.resource = x.resource AND (o.created_at, o.id) < (x.created_at, x.id) \
         AND tstzrange(o.starts_at, o.ends_at) && tstzrange(x.starts_at, x.ends_at))",
        open("x"),
        open("o")
    );
    audited(table, "overlap_waived", "overlap waived", &rows, "true")
}

/// Links to another tenant's call, or to none.
fn cleared(table: &Relation) -> String {
    changed(
        table,
        "call_log_id",
        "x.call_log_id IS NOT NULL AND NOT EXISTS (SELECT FROM public.call_logs c WHERE c.tenant_id = x.tenant_id AND c.id = x.call_log_id)",
        "NULL",
    )
}

/// A call for each that the ledger tells of and the log has lost.
fn recovered_calls(table: &Relation) -> String {
    format!(
        "WITH made AS (INSERT INTO public.call_logs (tenant_id, call_sid, started_at) \
           SELECT e.tenant_id, e.call_sid, min(e.occurred_at) FROM {} e GROUP BY 1, 2 ON CONFLICT DO NOTHING RETURNING id) \
         INSERT INTO switchboard.migration_audit (relation, decision, detail) \
           SELECT 'public.call_logs', 'call recovered', jsonb_build_object('id', id) FROM made",
        ddl::relation(table)
    )
}

/// Rows of one tenant's week become one, with their sums; the others go to the audit whole.
fn merged(table: &Relation) -> Vec<String> {
    let from = ddl::relation(table);
    let sums = ["total_calls", "answered_calls", "missed_calls", "appointments_booked"];
    let set: Vec<String> = sums.iter().map(|column| format!("{column} = s.{column}")).collect();
    let sum: Vec<String> = sums.iter().map(|column| format!("sum({column}) AS {column}")).collect();
    vec![
        format!(
            "UPDATE {from} x SET {} FROM (SELECT tenant_id, week_start, {} FROM {from} GROUP BY 1, 2 HAVING count(*) > 1) s \
             WHERE x.tenant_id = s.tenant_id AND x.week_start = s.week_start",
            set.join(", "),
            sum.join(", ")
        ),
        format!(
            "WITH later AS (SELECT r.place FROM (SELECT x.ctid AS place, row_number() OVER (PARTITION BY x.tenant_id, x.week_start ORDER BY x.created_at NULLS LAST, x.id) AS number \
             FROM {from} x) r WHERE r.number > 1), gone AS (DELETE FROM {from} x USING later WHERE x.ctid = later.place RETURNING to_jsonb(x) AS was) \
             INSERT INTO switchboard.migration_audit (relation, decision, detail) SELECT {}, 'week merged', jsonb_build_object('was', was) FROM gone",
            literal(&table.full_name())
        ),
    ]
}
