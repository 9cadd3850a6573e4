//! What right means: everything that must hold after a migration, in comparison with what stood there before it.
//!
//! Promises: it looks and takes back what it tries; each fault is a sentence.

mod inserts;
mod neighbours;
pub(crate) mod objects;
mod rows;
mod versions;

use sqlx::{AssertSqlSafe, PgConnection};

use crate::cluster::Sessions;
use crate::plan::Plan;
use inserts::Older;
use objects::{Objects, Ours};
use rows::Rows;

pub(crate) use inserts::{fill, untried};
pub(crate) use versions::Versions;

/// What stood there before.
#[derive(Clone, Debug)]
pub(crate) struct Before {
    objects: Objects,
    rows: Rows,
    older: Older,
    /// Views that could be read.
    readable: Vec<String>,
    /// What a hosted service's own role may do.
    of_service: Vec<String>,
}

impl Before {
    /// Looks at everything that the judgement will need.
    pub(crate) async fn of(sessions: &mut Sessions, ours: &Ours) -> Self {
        Self {
            older: Older::now(sessions).await,
            objects: Objects::of(&mut sessions.superuser, &ours.tables).await,
            rows: Rows::of(&mut sessions.superuser).await,
            readable: readable_views(&mut sessions.superuser).await,
            of_service: grants_of_service(&mut sessions.superuser).await,
        }
    }
}

/// Everything that is wrong now. None: it converged.
pub(crate) async fn faults(
    sessions: &mut Sessions,
    ours: &Ours,
    before: &Before,
    plan: &Plan,
) -> Vec<String> {
    let older = Older::now(sessions).await;
    let refused = inserts::refused_to_us(&mut sessions.owner).await;
    let superuser = &mut sessions.superuser;
    let objects = Objects::of(superuser, &ours.tables).await;
    let rows = Rows::of(superuser).await;
    let readable = readable_views(superuser).await;
    let of_service = grants_of_service(superuser).await;
    let mut faults = ours.faults(&objects);
    faults.extend(rows.lost_since(&before.rows, &ours.tables));
    if let Some(default_tenant) = default_tenant(superuser).await {
        faults.extend(rows.strayed_since(&before.rows, &default_tenant));
    }
    faults.extend(without_tenant(superuser, ours, &objects).await);
    faults.extend(ask(superuser, include_str!("adoption.sql"), &[]).await);
    faults.extend(neighbours::faults(&before.objects, &objects, ours, plan));
    let closed = [ours.tables.clone(), rows.renamed_since(&before.rows)].concat();
    faults.extend(ask(superuser, include_str!("strangers.sql"), &closed).await);
    let closed = [closed, views_over_ours(&objects)].concat();
    faults.extend(inserts::open_to_outsiders(superuser, &closed).await);
    let taken = before.of_service.iter().filter(|grant| !of_service.contains(grant));
    faults.extend(taken.map(|grant| format!("service_role may no longer {grant}")));
    faults.extend(refused);
    faults.extend(older.stopped_since(&before.older, plan));
    let unreadable =
        before.readable.iter().filter(|view| !readable.contains(view) && is_there(&objects, view));
    faults.extend(unreadable.map(|view| format!("the view {view} can no longer be read")));
    faults
}

fn is_there(objects: &Objects, view: &str) -> bool {
    objects.iter().any(|object| object.kind == "view" && object.name == view)
}

fn views_over_ours(objects: &Objects) -> Vec<String> {
    let views = objects
        .iter()
        .filter(|object| object.kind == "view" && object.told.starts_with("over tables of ours"));
    views.map(|view| view.name.clone()).collect()
}

/// What `service_role` may do with the tables of `public`, where there is such a role.
async fn grants_of_service(superuser: &mut PgConnection) -> Vec<String> {
    let found = sqlx::query_scalar(
        "SELECT format('%s %s', lower(x.privilege_type), c.relname)
           FROM pg_class c, aclexplode(c.relacl) x JOIN pg_roles r ON r.oid = x.grantee
          WHERE r.rolname = 'service_role' AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace = 'public'::regnamespace",
    );
    found.fetch_all(superuser).await.unwrap()
}

/// A query that tells each fault; one that fails is a fault itself.
async fn ask(superuser: &mut PgConnection, query: &'static str, tables: &[String]) -> Vec<String> {
    let mut asked = sqlx::query_scalar(query);
    if query.contains("$1") {
        asked = asked.bind(tables);
    }
    asked
        .fetch_all(superuser)
        .await
        .unwrap_or_else(|error| vec![format!("it could not be looked at: {error}")])
}

/// The tenant whose rows know none: the one that is called so, else the only one. None where that can't be told.
async fn default_tenant(superuser: &mut PgConnection) -> Option<String> {
    let found = sqlx::query_scalar(
        "SELECT CASE WHEN count(*) FILTER (WHERE slug = 'default') = 1 THEN min(id::text) FILTER (WHERE slug = 'default')
                     WHEN count(*) FILTER (WHERE is_active) = 1 THEN min(id::text) FILTER (WHERE is_active) END
           FROM public.tenants",
    );
    found.fetch_one(superuser).await.unwrap_or_default()
}

/// Rows of ours and of adopted neighbours that belong to nobody.
async fn without_tenant(superuser: &mut PgConnection, ours: &Ours, objects: &Objects) -> Vec<String> {
    let mut faults = Vec::new();
    let must = |object: &&objects::Object| {
        let table = object.on_table.as_deref().unwrap_or_default();
        object.kind == "column"
            && object.name == format!("{table}.tenant_id")
            && (neighbours::ADOPTED.contains(&table) || ours.requires(object))
    };
    for column in objects.iter().filter(must) {
        let table = column.on_table.as_deref().unwrap_or_default();
        let query = format!(
            "SELECT count(*) FROM {table} x WHERE NOT EXISTS (SELECT FROM public.tenants t WHERE t.id = x.tenant_id)"
        );
        match sqlx::query_scalar::<_, i64>(AssertSqlSafe(query)).fetch_one(&mut *superuser).await {
            Ok(0) => {}
            Ok(rows) => faults.push(format!("{rows} rows of {table} belong to no tenant that exists")),
            Err(error) => faults.push(format!("whose the rows of {table} are can't be told: {error}")),
        }
    }
    faults
}

async fn readable_views(superuser: &mut PgConnection) -> Vec<String> {
    let views: Vec<String> = sqlx::query_scalar(
        "SELECT format('%I.%I', relnamespace::regnamespace, relname) FROM pg_class
          WHERE relkind IN ('v', 'm') AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&mut *superuser)
    .await
    .unwrap();
    let mut readable = Vec::new();
    for view in views {
        let query = format!("SELECT count(seen::text) FROM (SELECT * FROM {view} LIMIT 3) AS seen");
        if sqlx::query_scalar::<_, i64>(AssertSqlSafe(query)).fetch_one(&mut *superuser).await.is_ok() {
            readable.push(view);
        }
    }
    readable
}
