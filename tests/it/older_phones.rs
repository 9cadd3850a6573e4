//! Phones that an older program wrote in its own way become E.164 where they can be, and stay, noted, where they can't.

use switchboard::schema::{self, Approval, Refusal, SchemaError};

use crate::support::TestDatabase;

const PHONES: &str = "
    ALTER TABLE tenants DISABLE TRIGGER ALL;
    UPDATE tenants SET forward_number = '(816) 555-0107', emergency_phone = '001 816 555 0108', owner_phone = 'call the office', updated_at = '2025-10-01';
    ALTER TABLE tenants ENABLE TRIGGER ALL;
    INSERT INTO tenants (id, slug, company_name, owner_name, owner_email, timezone, twilio_phone_number, forward_number, emergency_phone)
    VALUES ('d0000000-0000-4000-8000-000000000021', 'thames', 'Thames', 'Office', 'thames@example.com', 'Europe/London', '020 7946 0955', '2079460956', '+442079460957'),
           ('d0000000-0000-4000-8000-000000000022', 'nowhere', 'Nowhere', 'Office', 'nowhere@example.com', 'Europe/Paris', '207 555 0199', '816 555 0198', null);
    UPDATE call_logs SET from_number = '816-555-0120', to_number = '8165550105';
    INSERT INTO call_logs (tenant_id, call_sid, from_number, to_number)
    SELECT id, 'CA' || number, number, '+18165550105' FROM tenants, unnest(ARRAY['anonymous', 'sip:desk@acme.test', '12345', '+7378742833', '555-0100-555']) number
     WHERE slug = 'default';
    UPDATE appointments SET customer_phone = '913.555.0121'";

async fn written() -> TestDatabase {
    let database = TestDatabase::of_an_older_program().await;
    database.run(PHONES).await;
    schema::migrate_with(&database.options(), &Approval::All).await.unwrap();
    database
}

#[tokio::test]
async fn what_reads_as_a_number_is_written_as_e164_and_the_rest_stays_and_is_noted() {
    let database = written().await;

    let default = database.row("SELECT forward_number, emergency_phone, owner_phone, updated_at::date::text AS day FROM tenants WHERE slug = 'default'").await;
    assert_eq!(default["forward_number"], "+18165550107");
    assert_eq!(default["emergency_phone"], "+18165550108");
    assert_eq!(default["owner_phone"], "call the office");
    assert_eq!(default["day"], "2025-10-01", "nobody's trigger stamped it");
    assert_eq!(
        database.count("call_logs WHERE from_number = '+18165550120' AND to_number = '+18165550105'").await,
        1
    );
    assert_eq!(database.count("appointments WHERE customer_phone = '+19135550121'").await, 1);
    for kept in ["anonymous", "sip:desk@acme.test", "12345", "+7378742833", "555-0100-555"] {
        assert_eq!(database.count(&format!("call_logs WHERE from_number = '{kept}'")).await, 1, "{kept}");
    }
    let noted = database
        .rows(
            "SELECT decision, detail ->> 'column' AS place, detail ->> 'was' AS was FROM switchboard.migration_audit
              WHERE decision LIKE 'phone %' OR decision = 'number not valid' ORDER BY decision, detail ->> 'was' COLLATE \"C\"",
        )
        .await;
    let lines: Vec<String> = noted
        .iter()
        .map(|row| {
            ["decision", "place", "was"].map(|name| row[name].as_str().unwrap().to_owned()).join(" | ")
        })
        .collect();
    let expected = [
        "number not valid | twilio_phone_number | +1234567890",
        "number not valid | twilio_phone_number | 020 7946 0955",
        "number not valid | twilio_phone_number | 207 555 0199",
        "phone not valid | forward_number | 2079460956",
        "phone not valid | from_number | 555-0100-555",
        "phone not valid | forward_number | 816 555 0198",
        "phone not valid | owner_phone | call the office",
        "phone read as in its country | twilio_phone_number | 020 7946 0955",
        "phone read as in its country | forward_number | 2079460956",
        "phone written as E.164 | forward_number | (816) 555-0107",
        "phone written as E.164 | emergency_phone | 001 816 555 0108",
        "phone written as E.164 | from_number | 816-555-0120",
        "phone written as E.164 | to_number | 8165550105",
        "phone written as E.164 | customer_phone | 913.555.0121",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn a_number_without_its_country_is_read_as_people_of_the_tenants_zone_mean_it() {
    let database = written().await;

    let tenant =
        |slug: &str| format!("SELECT forward_number, emergency_phone FROM tenants WHERE slug = '{slug}'");
    let (thames, nowhere) = (database.row(&tenant("thames")).await, database.row(&tenant("nowhere")).await);

    assert_eq!(thames["forward_number"], "+442079460956");
    assert_eq!(thames["emergency_phone"], "+442079460957");
    assert_eq!(
        nowhere["forward_number"], "816 555 0198",
        "no number in France, and not read as an American one"
    );
    let owners = "switchboard.tenant_phone_numbers n JOIN tenants t ON t.id = n.tenant_id WHERE t.slug";
    assert_eq!(
        database
            .count(&format!("{owners} = 'thames' AND n.phone_number = '+442079460955' AND n.is_primary"))
            .await,
        1
    );
    assert_eq!(database.count(&format!("{owners} = 'nowhere'")).await, 0);
}

#[tokio::test]
async fn phones_wait_for_the_same_approval_before_and_after_the_additive_steps_and_are_read_once() {
    let database = TestDatabase::of_an_older_program().await;
    database.run(PHONES).await;
    let planned = schema::plan(&database.options()).await.unwrap();
    assert!(
        planned.waiting().any(|step| step.words.starts_with("phones in tenants, call_logs and appointments"))
    );

    let refused = schema::migrate(&database.options()).await;

    let Err(SchemaError::Refused(Refusal::Waiting { digest, .. })) = refused else { panic!("{refused:?}") };
    assert_eq!(digest, planned.digest());
    schema::migrate_with(&database.options(), &Approval::Of(digest)).await.unwrap();
    database.run("UPDATE tenants SET forward_number = '(816) 555-0177'").await;
    let again = schema::migrate(&database.options()).await.unwrap();
    assert!(again.steps.is_empty(), "{again:?}");
}
