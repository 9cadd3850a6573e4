//! Tenants of older programs: which one is the default, whose numbers are whose.

use super::super::catalogue::Relation;
use super::super::conversion::UUID;
use super::super::ddl;
use super::super::names::literal;
use super::phones::{NUMBER_NOT_VALID, VALID, as_dialled};

/// The audit's word for the choice of the default tenant.
const CHOSEN: &str = "default tenant chosen";
/// The audit's word for the end of the reading of numbers.
pub(in super::super) const NUMBERS_READ: &str = "numbers read";
/// The default tenant, once it is chosen.
pub(in super::super) const DEFAULT_TENANT: &str = "(SELECT t.id FROM switchboard.migration_audit a JOIN public.tenants t ON t.id::text = a.detail ->> 'tenant_id' \
     WHERE a.decision = 'default tenant chosen' ORDER BY a.decided_at LIMIT 1)";

/// The one with slug `default`, the oldest if there are several; else the only one; else a new one.
pub(in super::super) fn choose_default_tenant() -> Vec<String> {
    vec![
        "INSERT INTO public.tenants (slug, company_name) SELECT 'default', 'Default tenant' \
         WHERE NOT EXISTS (SELECT FROM public.tenants WHERE slug = 'default') AND (SELECT count(*) FROM public.tenants) <> 1"
            .to_owned(),
        format!(
            "INSERT INTO switchboard.migration_audit (relation, decision, detail) \
             SELECT 'public.tenants', {chosen}, jsonb_build_object('tenant_id', t.id, 'slug', t.slug) FROM public.tenants t \
             WHERE {DEFAULT_TENANT} IS NULL \
             ORDER BY (t.slug = 'default') DESC NULLS LAST, t.created_at NULLS LAST, t.id LIMIT 1",
            chosen = literal(CHOSEN)
        ),
    ]
}

/// A statement that ends with the default tenant's id as a literal.
pub(in super::super) fn with_default_tenant(statement: &str) -> String {
    format!("DO $do$ BEGIN EXECUTE $sql${statement} $sql$ || quote_literal({DEFAULT_TENANT}); END $do$")
}

/// A tenant for each id that rows name and nobody has: inactive, and never the default one.
pub(in super::super) fn recover_tenants(table: &Relation) -> String {
    format!(
        "WITH lost AS (SELECT DISTINCT x.tenant_id FROM {table} x WHERE x.tenant_id IS NOT NULL \
           AND NOT EXISTS (SELECT FROM public.tenants t WHERE t.id = x.tenant_id)), \
         made AS (INSERT INTO public.tenants (id, slug, company_name, is_active, subscription_status) \
           SELECT tenant_id, 'recovered-' || tenant_id, 'Recovered tenant', false, 'suspended' FROM lost RETURNING id) \
         INSERT INTO switchboard.migration_audit (relation, decision, detail) \
           SELECT {name}, 'tenant recovered', jsonb_build_object('tenant_id', id) FROM made",
        table = ddl::relation(table),
        name = literal(&table.full_name())
    )
}

/// The tenant that a text names, by id or slug; only where it exists.
pub(in super::super) fn tenant_of_text(table: &Relation) -> String {
    format!(
        "UPDATE {} x SET tenant_id = t.id FROM public.tenants t \
         WHERE t.slug = x.tenant_id_legacy::text \
            OR x.tenant_id_legacy::text ~ {UUID} AND t.id::text = lower(x.tenant_id_legacy::text)",
        ddl::relation(table)
    )
}

/// Reads the numbers that tenants claim, and those that their calls went to, once.
pub(in super::super) fn read_numbers(tenants: &Relation) -> Vec<String> {
    let mut statements = Vec::new();
    if tenants.column("twilio_phone_number").is_some() {
        statements.push(claimed_numbers());
    }
    statements.push(called_numbers());
    let alone = "UPDATE public.tenants SET accepts_unknown_numbers = true \
         WHERE (SELECT count(*) FROM public.tenants) = 1 AND NOT EXISTS (SELECT FROM switchboard.tenant_phone_numbers)";
    statements.extend(ddl::undisturbed(tenants, vec![alone.to_owned()]));
    statements.push(format!(
        "INSERT INTO switchboard.migration_audit (relation, decision) VALUES ('public.tenants', {})",
        literal(NUMBERS_READ)
    ));
    statements
}

/// Of two tenants that claim one number, the older keeps it.
fn claimed_numbers() -> String {
    format!(
        "WITH claims AS (SELECT t.id, t.twilio_phone_number AS said, {read} AS number, t.created_at \
           FROM public.tenants t WHERE t.twilio_phone_number IS NOT NULL), \
         ranked AS (SELECT c.*, c.number ~ {VALID} AS valid, row_number() OVER (PARTITION BY c.number ORDER BY c.created_at NULLS LAST, c.id) AS place FROM claims c), \
         kept AS (INSERT INTO switchboard.tenant_phone_numbers (phone_number, tenant_id, is_primary) \
           SELECT r.number, r.id, NOT EXISTS (SELECT FROM switchboard.tenant_phone_numbers p WHERE p.tenant_id = r.id AND p.is_primary) \
             FROM ranked r WHERE r.valid AND r.place = 1 ON CONFLICT DO NOTHING RETURNING tenant_id) \
         INSERT INTO switchboard.migration_audit (relation, decision, detail) \
           SELECT 'public.tenants', CASE WHEN NOT r.valid THEN {not_valid} WHEN r.place = 1 THEN 'number taken over' ELSE 'number of an older tenant' END, \
                  jsonb_build_object('id', r.id, 'column', 'twilio_phone_number', 'was', r.said) FROM ranked r",
        read = as_dialled("t.twilio_phone_number", "t.timezone"),
        not_valid = literal(NUMBER_NOT_VALID)
    )
}

/// For tenants that have no number, what inbound calls of theirs went to.
fn called_numbers() -> String {
    format!(
        "INSERT INTO switchboard.tenant_phone_numbers (phone_number, tenant_id) \
         SELECT DISTINCT ON (number) number, tenant_id \
           FROM (SELECT {read} AS number, c.tenant_id, c.first \
                   FROM (SELECT x.to_number, x.tenant_id, min(x.started_at) AS first FROM public.call_logs x \
                          WHERE x.direction = 'inbound' GROUP BY 1, 2) c JOIN public.tenants t ON t.id = c.tenant_id) called \
          WHERE number ~ {VALID} AND NOT EXISTS (SELECT FROM switchboard.tenant_phone_numbers n WHERE n.tenant_id = called.tenant_id) \
          ORDER BY number, first, tenant_id ON CONFLICT DO NOTHING",
        read = as_dialled("c.to_number", "t.timezone")
    )
}
