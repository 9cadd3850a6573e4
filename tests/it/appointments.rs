//! Two live visits of one resource don't overlap; the database holds that, whoever writes.

use sqlx::{AssertSqlSafe, PgConnection};

use crate::isolation::sqlstate;
use crate::support::TestDatabase;

/// A visit on a certain day, with one more column where it matters.
#[derive(Clone, Copy)]
struct Visit {
    tenant: &'static str,
    from: &'static str,
    to: &'static str,
    more: Option<(&'static str, &'static str)>,
}

const NINE_TO_TEN: Visit = Visit { tenant: "acme", from: "09:00", to: "10:00", more: None };

impl Visit {
    async fn book(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let (column, value) = self.more.unwrap_or(("service_type", "repair"));
        let Self { tenant, from, to, .. } = self;
        let statement = format!(
            "INSERT INTO appointments (tenant_id, customer_name, starts_at, ends_at, {column})
             SELECT id, 'Ada', '2026-03-03 {from}Z', '2026-03-03 {to}Z', '{value}' FROM tenants WHERE slug = '{tenant}'"
        );
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.map(drop)
    }
}

/// A database where acme has a visit from nine to ten.
async fn booked() -> (TestDatabase, PgConnection) {
    let database = TestDatabase::new().await;
    database
        .run("INSERT INTO tenants (slug, company_name) VALUES ('acme', 'Acme'), ('birch', 'Birch')")
        .await;
    let mut connection = database.connect().await;
    NINE_TO_TEN.book(&mut connection).await.unwrap();
    (database, connection)
}

#[track_caller]
fn assert_overlap(outcome: Result<(), sqlx::Error>) {
    let error = outcome.unwrap_err();
    assert_eq!(sqlstate(&error), "23P01");
    assert_eq!(error.as_database_error().unwrap().constraint(), Some("appointments_no_overlap"));
}

#[tokio::test]
async fn visits_that_overlap_are_refused_by_name() {
    let (_database, mut connection) = booked().await;

    for (from, to) in
        [("09:00", "10:00"), ("08:30", "09:01"), ("09:59", "11:00"), ("09:15", "09:30"), ("08:00", "11:00")]
    {
        assert_overlap(Visit { from, to, ..NINE_TO_TEN }.book(&mut connection).await);
    }
    let confirmed = Visit { more: Some(("status", "confirmed")), ..NINE_TO_TEN };
    assert_overlap(confirmed.book(&mut connection).await);
}

#[tokio::test]
async fn visits_that_touch_are_booked() {
    let (database, mut connection) = booked().await;

    for (from, to) in [("08:00", "09:00"), ("10:00", "11:00")] {
        Visit { from, to, ..NINE_TO_TEN }.book(&mut connection).await.unwrap();
    }

    assert_eq!(database.count("appointments").await, 3);
}

#[tokio::test]
async fn a_time_is_free_for_another_resource_another_tenant_and_a_visit_that_does_not_take_place() {
    let (database, mut connection) = booked().await;
    let beside: [Visit; 6] = [
        Visit { more: Some(("resource", "van 2")), ..NINE_TO_TEN },
        Visit { tenant: "birch", ..NINE_TO_TEN },
        Visit { more: Some(("status", "cancelled")), ..NINE_TO_TEN },
        Visit { more: Some(("status", "no_show")), ..NINE_TO_TEN },
        Visit { more: Some(("status", "completed")), ..NINE_TO_TEN },
        Visit { more: Some(("overlap_waived", "true")), ..NINE_TO_TEN },
    ];

    for visit in beside {
        visit.book(&mut connection).await.unwrap();
    }

    assert_eq!(database.count("appointments").await, 7);
}

#[tokio::test]
async fn a_cancelled_visit_frees_its_time_and_cannot_come_back_into_a_taken_one() {
    let (database, mut connection) = booked().await;
    database.run("UPDATE appointments SET status = 'cancelled'").await;
    NINE_TO_TEN.book(&mut connection).await.unwrap();

    let back = sqlx::raw_sql("UPDATE appointments SET status = 'confirmed' WHERE status = 'cancelled'")
        .execute(&mut connection)
        .await
        .map(drop);

    assert_overlap(back);
}

#[tokio::test]
async fn of_two_who_book_the_same_time_at_once_one_gets_it() {
    let (database, mut first) = booked().await;
    let late = Visit { from: "15:00", to: "16:00", ..NINE_TO_TEN };
    let mut second = database.connect().await;
    sqlx::raw_sql("BEGIN").execute(&mut first).await.unwrap();
    late.book(&mut first).await.unwrap();

    let (waited, committed) =
        tokio::join!(late.book(&mut second), sqlx::raw_sql("COMMIT").execute(&mut first));

    committed.unwrap();
    assert_overlap(waited);
}

#[tokio::test]
async fn a_visit_ends_after_it_starts() {
    let (_database, mut connection) = booked().await;

    for (from, to) in [("12:00", "12:00"), ("12:00", "11:00")] {
        let error = Visit { from, to, ..NINE_TO_TEN }.book(&mut connection).await.unwrap_err();

        // An empty range would overlap with nothing; a range that ends before it starts is none at all.
        assert!(["23514", "22000"].contains(&sqlstate(&error).as_str()), "{error}");
    }
}
