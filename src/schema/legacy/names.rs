//! What older programs call the same thing, and what stands where they say nothing.

use super::super::catalogue::{Column, Relation};
use super::super::names::quoted;
use super::tenants::DEFAULT_TENANT;

/// A column of ours, what it is called elsewhere, and what that means. The first whose columns exist counts. `x` is the row.
struct Alias {
    table: &'static str,
    column: &'static str,
    needs: &'static [&'static str],
    value: &'static str,
}

const fn alias(
    table: &'static str,
    column: &'static str,
    needs: &'static [&'static str],
    value: &'static str,
) -> Alias {
    Alias { table, column, needs, value }
}

const ALIASES: &[Alias] = &[
    alias("tenants", "forward_number", &["forward_to_number"], "x.forward_to_number::text"),
    alias("tenants", "subscription_plan", &["plan_tier"], "x.plan_tier::text"),
    alias("tenants", "monthly_call_limit", &["max_monthly_calls"], "x.max_monthly_calls::integer"),
    alias("tenant_users", "name", &["full_name"], "x.full_name::text"),
    alias("call_logs", "from_number", &["caller_phone"], "x.caller_phone::text"),
    alias("call_logs", "to_number", &["called_number"], "x.called_number::text"),
    alias("call_logs", "duration", &["duration_seconds"], "x.duration_seconds::integer"),
    alias("call_logs", "caller_name", &["customer_name"], "x.customer_name::text"),
    alias("call_logs", "summary", &["ai_summary"], "x.ai_summary::text"),
    alias("call_logs", "cost", &["total_cost"], "x.total_cost::numeric(10, 4)"),
    alias("call_logs", "appointment_booked", &["appointment_scheduled"], "x.appointment_scheduled::boolean"),
    alias("call_logs", "started_at", &["created_at"], "{created_at}"),
    alias("call_logs", "updated_at", &["created_at"], "{created_at}"),
    alias(
        "appointments",
        "call_log_id",
        &["call_sid"],
        "(SELECT c.id FROM public.call_logs c WHERE c.call_sid = x.call_sid::text LIMIT 1)",
    ),
    alias("appointments", "problem_description", &["issue"], "x.issue::text"),
    alias("appointments", "problem_description", &["description"], "x.description::text"),
    alias("appointments", "service_type", &["issue_category"], "x.issue_category::text"),
    alias(
        "appointments",
        "status",
        &["is_cancelled", "is_confirmed"],
        "CASE WHEN x.is_cancelled THEN 'cancelled' WHEN x.is_confirmed THEN 'confirmed' END",
    ),
    alias(
        "appointments",
        "starts_at",
        &["date", "time", "location_id"],
        "(x.date + x.time) AT TIME ZONE coalesce({location}, {zone})",
    ),
    alias("appointments", "starts_at", &["date", "time"], "(x.date + x.time) AT TIME ZONE {zone}"),
    alias(
        "appointments",
        "starts_at",
        &["scheduled_date", "scheduled_time"],
        "(x.scheduled_date::date + x.scheduled_time::time) AT TIME ZONE {zone}",
    ),
    alias("appointments", "starts_at", &["scheduled_date"], "{scheduled_date}"),
    alias(
        "appointments",
        "starts_at",
        &["preferred_date"],
        "(x.preferred_date::date + time '09:00') AT TIME ZONE {zone}",
    ),
    alias("weekly_analytics", "week_start", &["week_start_date"], "x.week_start_date"),
    alias("weekly_analytics", "week_end", &["week_end_date"], "x.week_end_date"),
];

/// The minutes that a visit takes, by what it is called.
const MINUTES: [&str; 2] = ["duration_minutes", "estimated_duration"];

/// What an older column says about ours; none where no older column does.
pub(in super::super) fn meaning(table: &Relation, wanted: &str, column: &str) -> Option<String> {
    if wanted == "appointments" && column == "ends_at" {
        let start = meaning(table, wanted, "starts_at")?;
        let minutes = MINUTES.iter().find(|minutes| table.column(minutes).is_some());
        let minutes = minutes
            .map_or_else(|| "60".to_owned(), |minutes| format!("greatest(coalesce(x.{minutes}, 60), 1)"));
        return Some(format!("{start} + make_interval(mins => {minutes})"));
    }
    let known = ALIASES.iter().find(|alias| {
        alias.table == wanted
            && alias.column == column
            && alias.needs.iter().all(|needed| table.column(needed).is_some())
            && (!alias.value.contains("{location}") || leads_to_locations(table))
    })?;
    let owner = match table.column("tenant_id") {
        Some(owner) if owner.kind == "uuid" => format!("coalesce(x.tenant_id, {DEFAULT_TENANT})"),
        Some(_) | None => DEFAULT_TENANT.to_owned(),
    };
    let moment = |name: &str| table.column(name).map(moment).unwrap_or_default();
    Some(
        known
            .value
            .replace("{created_at}", &moment("created_at"))
            .replace("{scheduled_date}", &moment("scheduled_date"))
            .replace("{location}", "(SELECT l.timezone FROM public.locations l WHERE l.id = x.location_id AND l.timezone IN (SELECT name FROM zones_known))")
            .replace("{zone}", &format!("coalesce((SELECT z.zone FROM zones z WHERE z.id = {owner}), 'America/Chicago')")),
    )
}

fn leads_to_locations(table: &Relation) -> bool {
    table.constraints.iter().any(|key| key.references.as_deref() == Some("public.locations"))
}

/// An older program's clock: bare times are UTC, which is an assumption, and the audit says so.
fn moment(column: &Column) -> String {
    let name = quoted(&column.name);
    if column.kind == "timestamp with time zone" {
        format!("x.{name}")
    } else {
        format!("x.{name}::timestamp AT TIME ZONE 'UTC'")
    }
}

/// Each tenant's zone, where PostgreSQL knows it. Reading the list of zones is slow, so it is read once.
const ZONES: &str = "WITH zones_known AS MATERIALIZED (SELECT name FROM pg_timezone_names), \
     zones AS MATERIALIZED (SELECT t.id, t.timezone AS zone FROM public.tenants t WHERE t.timezone IN (SELECT name FROM zones_known))";

/// The statement, with the zones before it where it names them.
pub(in super::super) fn with_zones(statement: &str) -> String {
    if statement.contains("zones") { format!("{ZONES} {statement}") } else { statement.to_owned() }
}

/// What stands in a required column where nothing is known.
pub(in super::super) fn value_for(table: &Relation, column: &Column) -> String {
    if let Some(default) = &column.default {
        return default.clone();
    }
    let created = table.column("created_at").map(|column| {
        if column.kind == "timestamp with time zone" {
            "created_at"
        } else {
            "created_at::timestamp AT TIME ZONE 'UTC'"
        }
    });
    let created = created.map_or_else(|| "now()".to_owned(), |created| format!("coalesce({created}, now())"));
    let known = match column.name.as_str() {
        "call_sid" => "'legacy-' || coalesce(id, gen_random_uuid())",
        "slug" => "'tenant-' || coalesce(id, gen_random_uuid())",
        "email" => "'unknown-' || coalesce(id, gen_random_uuid())",
        "company_name" => "coalesce(slug, 'Unnamed')",
        "customer_name" => "'Unknown'",
        "starts_at" => return created,
        "ends_at" => return format!("coalesce(starts_at, {created}) + interval '1 hour'"),
        "week_start" => return format!("date_trunc('week', {created})::date"),
        "week_end" => return format!("coalesce(week_start, date_trunc('week', {created})::date) + 6"),
        _ => match column.kind.as_str() {
            "uuid" => "gen_random_uuid()",
            "timestamp with time zone" => "now()",
            "integer" | "bigint" => "0",
            "boolean" => "false",
            "bytea" => "sha256(gen_random_uuid()::text::bytea)",
            _ => "''",
        },
    };
    known.to_owned()
}
