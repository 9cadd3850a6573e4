//! What stands and what is to be done: of a live database, or of a state that somebody sent.
//!
//! Promises: the same state gives the same plan and the same words either way; nothing is changed.
//! Doesn't: know of a state what its query doesn't ask: the checksums of applied migrations, and whether the login may make
//! roles and schemas.

use sqlx::postgres::PgConnectOptions;

use super::catalogue::{Catalogue, Relation, RelationKind};
use super::compare::{Building, in_groups};
use super::converge::{both, whole_plan};
use super::ddl;
use super::error::{Refusal, SchemaError};
use super::legacy;
use super::names::Names;
use super::plan::Plan;
use super::script::script;
use super::snapshot;

const OLDEST: i32 = 150_000;

/// What a person is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The version of PostgreSQL: `15.4`.
    pub server: String,
    /// The name of the database.
    pub database: String,
    /// Who looked.
    pub login: String,
    /// A line for each table that older programs know, and one for our own schema.
    pub stands: Vec<Stands>,
    /// What is to be done.
    pub plan: Plan,
}

/// What stands under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stands {
    /// The name.
    pub name: String,
    /// In words.
    pub found: String,
}

/// Looks at a database.
pub async fn diagnose(options: &PgConnectOptions) -> Result<Diagnosis, SchemaError> {
    let (names, found, target) = both(options).await?;
    Ok(of(&names, &found, &target)?)
}

/// Looks at a state that was sent. Refuses what a live run would refuse, as far as a state can tell.
pub fn diagnose_state(found: &Catalogue) -> Result<Diagnosis, SchemaError> {
    let names = names_of(found);
    refuse_what_a_run_refuses(found, &names)?;
    let target = snapshot::target(&names)?;
    Ok(of(&names, found, &target)?)
}

/// The script for exactly a state that was sent.
pub fn script_of_state(found: &Catalogue) -> Result<String, SchemaError> {
    let names = names_of(found);
    refuse_what_a_run_refuses(found, &names)?;
    let target = snapshot::target(&names)?;
    Ok(script(&whole_plan(found, &target, &names, Building::InOneScript)?, &names))
}

/// The extensions stay where they are.
fn names_of(found: &Catalogue) -> Names {
    let installed = found.extensions.get("btree_gist").cloned();
    let usual = Names::usual();
    Names { extensions: installed.unwrap_or(usual.extensions), ..usual }
}

fn refuse_what_a_run_refuses(found: &Catalogue, names: &Names) -> Result<(), Refusal> {
    if found.server < OLDEST {
        return Err(Refusal::TooOld { found: version(found.server) });
    }
    let foreign = found.schemas.iter().find(|schema| schema.name == names.own && schema.owner != found.login);
    foreign.map_or(Ok(()), |schema| {
        Err(Refusal::ForeignSchema {
            schema: schema.name.clone(),
            owner: schema.owner.clone(),
            login: found.login.clone(),
        })
    })
}

fn of(names: &Names, found: &Catalogue, target: &Catalogue) -> Result<Diagnosis, Refusal> {
    Ok(Diagnosis {
        plan: whole_plan(found, target, names, Building::WhileCallsCome)?,
        server: version(found.server),
        database: found.database.clone(),
        login: found.login.clone(),
        stands: stands(found, target, names),
    })
}

/// `15.4` of 150004.
fn version(number: i32) -> String {
    format!("{}.{}", number / 10_000, number % 10_000)
}

fn stands(found: &Catalogue, target: &Catalogue, names: &Names) -> Vec<Stands> {
    let known = target.relations.iter().filter(|wanted| wanted.schema == names.shared);
    let ours = known.map(|wanted| Stands {
        name: wanted.name.clone(),
        found: found
            .relation(&names.shared, &wanted.name)
            .map_or_else(|| "missing".to_owned(), |now| words(now, Some(wanted))),
    });
    let neighbours = found.relations.iter().filter(|relation| legacy::is_neighbour(relation, &names.shared));
    let neighbours = neighbours.map(|now| Stands { name: now.name.clone(), found: words(now, None) });
    let own = Stands { name: format!("schema {}", names.own), found: words_of_own(found, target, names) };
    ours.chain(neighbours).chain([own]).collect()
}

/// `1 204 rows, no tenant_id`: of a table of ours, or of a neighbour, of which nothing else is wanted.
fn words(now: &Relation, wanted: Option<&Relation>) -> String {
    if !matches!(now.kind, RelationKind::Table | RelationKind::Partitioned) {
        return format!("no table but a {}", ddl::kind(now.kind).to_lowercase());
    }
    let mut words = vec![match now.rows {
        Some(0) => "no rows".to_owned(),
        Some(1) => "1 row".to_owned(),
        Some(rows) => format!("{} rows", in_groups(rows)),
        None => "rows not counted".to_owned(),
    }];
    if let (Some(id), Some(wanted)) = (now.column("id"), wanted.and_then(|wanted| wanted.column("id"))) {
        words.extend((id.kind != wanted.kind).then(|| format!("id is {}", id.kind)));
    }
    if wanted.is_none_or(|wanted| wanted.column("tenant_id").is_some()) {
        words.push(match now.column("tenant_id") {
            None => "no tenant_id".to_owned(),
            Some(column) if column.kind != "uuid" => format!("tenant_id is {}", column.kind),
            Some(column) if column.required => "tenant_id required".to_owned(),
            Some(_) => "tenant_id not required".to_owned(),
        });
    }
    if wanted.is_some() {
        words.push(match (now.row_security, now.forced) {
            (true, true) => "row security forced".to_owned(),
            (true, false) => "row security on".to_owned(),
            (false, _) => "row security off".to_owned(),
        });
    }
    words.join(", ")
}

fn words_of_own(found: &Catalogue, target: &Catalogue, names: &Names) -> String {
    if !found.schemas.iter().any(|schema| schema.name == names.own) {
        return "missing".to_owned();
    }
    let tables: Vec<&Relation> =
        target.relations.iter().filter(|wanted| wanted.schema == names.own).collect();
    let stand = tables.iter().filter(|wanted| found.relation(&names.own, &wanted.name).is_some()).count();
    let migrations = super::target::migrations();
    let noted = migrations.filter(|migration| found.applied.contains(&migration.version)).count();
    let all = super::target::migrations().count();
    format!("{stand} of {} tables, {noted} of {all} migrations noted", tables.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database of this version of PostgreSQL, with a schema of our name that belongs to somebody.
    fn state(server: i32, owner: &str) -> Catalogue {
        let mut found = snapshot::target(&Names::usual()).unwrap();
        found.server = server;
        found.login = "firm".to_owned();
        for schema in &mut found.schemas {
            schema.owner = owner.to_owned();
        }
        found
    }

    #[test]
    fn a_state_of_an_older_server_is_refused_like_a_live_one() {
        let refused = diagnose_state(&state(140_012, "firm")).unwrap_err().to_string();

        assert!(refused.starts_with("this is PostgreSQL 14.12; Switchboard needs 15"), "{refused}");
    }

    #[test]
    fn a_schema_that_somebody_else_made_is_refused() {
        let refused = diagnose_state(&state(150_004, "stranger")).unwrap_err().to_string();

        assert!(refused.contains("belongs to `stranger`"), "{refused}");
    }

    #[test]
    fn what_the_migrations_make_needs_nothing_but_their_list() {
        let mut found = state(180_004, "firm");

        let unnoted = diagnose_state(&found).unwrap();
        found.applied = super::super::target::migrations().map(|migration| migration.version).collect();
        let noted = diagnose_state(&found).unwrap();

        assert_eq!(unnoted.plan.steps.len(), 1);
        assert_eq!(noted.plan, Plan::default());
        assert_eq!(noted.server, "18.4");
    }
}
