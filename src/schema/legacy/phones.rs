//! Phones as older programs wrote them, and as we compare and dial them: E.164.
//!
//! Promises: what can't be read as a number stays as it was; the audit has a row for each that was written anew or could not
//! be. Doesn't: know the numbering plans of the world. A number without its country is read where North America's plan is
//! used; elsewhere `national_phones` may know better.

use super::super::catalogue::Relation;
use super::super::ddl;
use super::super::names::{literal, quoted};

/// The audit's word for the end of it.
pub(in super::super) const PHONES_READ: &str = "phones read";

/// The audit's word for a tenant's own number that can't be read.
pub(in super::super) const NUMBER_NOT_VALID: &str = "number not valid";
/// The audit's word for any other phone that can't be read.
pub(in super::super) const PHONE_NOT_VALID: &str = "phone not valid";

/// E.164 of a number that can exist: in North America no area and no exchange begins with 0 or 1.
pub(super) const VALID: &str = r"'^(\+1[2-9][0-9]{2}[2-9][0-9]{6}|\+[2-9][0-9]{7,14})$'";

/// Zones of countries with another plan than North America's. A zone that nobody knows counts as the United States.
const ELSEWHERE: &str = "'^(Africa|Antarctica|Arctic|Asia|Australia|Europe|Indian|GB$|NZ$|Atlantic/(?!Bermuda)|Pacific/(?!Honolulu|Guam|Saipan|Pago_Pago)|\
     America/(Argentina|Asuncion|Bahia|Bogota|Buenos_Aires|Cancun|Caracas|Chihuahua|Costa_Rica|El_Salvador|Fortaleza|Guatemala|Guayaquil|Havana|Hermosillo|\
     La_Paz|Lima|Managua|Manaus|Merida|Mexico_City|Monterrey|Montevideo|Panama|Port-au-Prince|Recife|Santiago|Sao_Paulo|Tegucigalpa|Tijuana))'";

/// Each phone of ours, with what may stand there that is none and needs no word.
const PHONES: [(&str, &[&str], Kind); 3] = [
    ("tenants", &["forward_number", "emergency_phone", "owner_phone"], Kind::OfPeople),
    ("call_logs", &["from_number", "to_number"], Kind::OfCalls),
    ("appointments", &["customer_phone"], Kind::OfPeople),
];

#[derive(Clone, Copy)]
enum Kind {
    /// People wrote it, and meant a phone.
    OfPeople,
    /// Twilio sent it: also withheld numbers, short codes, `sip:` and `client:`.
    OfCalls,
}

/// Whether a table of ours has phones.
pub(in super::super) fn has_phones(table: &str) -> bool {
    PHONES.iter().any(|(name, _, _)| *name == table)
}

/// What a number is when it is dialled in a zone. Anything that is none stays what it is.
pub(super) fn as_dialled(phone: &str, zone: &str) -> String {
    format!(
        "CASE WHEN {zone} ~ {ELSEWHERE} AND {phone} !~ '^\\s*(\\+|00)' THEN {phone}::text \
         ELSE switchboard.normalise_phone_number({phone}::text) END"
    )
}

/// Writes each phone of a table as E.164 where that can be.
pub(in super::super) fn write_phones(table: &Relation) -> Vec<String> {
    let of_table = PHONES.iter().filter(|(name, _, _)| *name == table.name);
    let columns = of_table.flat_map(|(_, columns, kind)| columns.iter().map(|column| (*column, *kind)));
    let known = columns.filter(|(column, _)| table.column(column).is_some());
    ddl::undisturbed(table, known.map(|(column, kind)| written(table, column, kind)).collect())
}

/// Notes that it was done.
pub(in super::super) fn phones_read() -> String {
    format!(
        "INSERT INTO switchboard.migration_audit (relation, decision) VALUES ('public.tenants', {})",
        literal(PHONES_READ)
    )
}

fn written(table: &Relation, column: &str, kind: Kind) -> String {
    let (from, phone) = (ddl::relation(table), format!("x.{}", quoted(column)));
    let zone = if table.name == "tenants" {
        "x.timezone"
    } else {
        "(SELECT t.timezone FROM public.tenants t WHERE t.id = x.tenant_id)"
    };
    let due = match kind {
        Kind::OfPeople => format!("btrim({phone}) <> '' AND {phone} !~ {VALID}"),
        Kind::OfCalls => format!(
            "{phone} !~ '^\\+' AND {phone} !~ '[[:alpha:]@]' AND length(regexp_replace({phone}, '[^0-9]', '', 'g')) >= 7"
        ),
    };
    format!(
        "WITH typed AS (SELECT x.ctid AS place, x.id, {phone} AS was, {read} AS now FROM {from} x WHERE {due}), \
         read AS (UPDATE {from} x SET {column} = y.now FROM typed y WHERE x.ctid = y.place AND y.now ~ {VALID}) \
         INSERT INTO switchboard.migration_audit (relation, decision, detail) \
           SELECT {name}, CASE WHEN y.now ~ {VALID} THEN 'phone written as E.164' ELSE {not_valid} END, \
                  jsonb_build_object('id', y.id, 'column', {spoken}, 'was', y.was, 'now', CASE WHEN y.now ~ {VALID} THEN y.now ELSE y.was END) FROM typed y",
        read = as_dialled(&phone, zone),
        column = quoted(column),
        name = literal(&table.full_name()),
        not_valid = literal(PHONE_NOT_VALID),
        spoken = literal(column)
    )
}
