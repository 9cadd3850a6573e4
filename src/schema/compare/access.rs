//! Row-level security: switched on and forced as it should be, our policies and nobody else's, our grants and no outsider's.
//!
//! Doesn't: touch the grants of other roles, which somebody gave on purpose.

use super::super::catalogue::Relation;
use super::super::ddl;
use super::super::names::quoted;
use super::super::plan::{Step, StepKind};
use super::{Comparison, Standing, spoken, step};

impl Comparison<'_> {
    /// Everything about who sees what of one table.
    pub(super) fn access(&mut self, table: &Standing<'_>) {
        self.row_security(table);
        self.policies(table);
        self.grants(table);
    }

    /// Who may enter the two schemas: the server, and no outsider ours.
    pub(super) fn schemas(&mut self) {
        let found = self.found;
        for wanted in &self.target.schemas {
            let Some(now) = found.schemas.iter().find(|now| now.name == wanted.name) else { continue };
            let name = quoted(&wanted.name);
            // Whoever does not own `public` can't grant what everybody has there.
            let has = |privilege: &str| {
                now.grants.iter().any(|(grantee, granted)| {
                    ["switchboard_app", "PUBLIC"].contains(&grantee.as_str()) && granted == privilege
                })
            };
            let missing = wanted.grants.iter().filter(|grant| grant.0 == "switchboard_app" && !has(&grant.1));
            let mut sql: Vec<String> = missing
                .map(|(grantee, privilege)| {
                    format!("GRANT {privilege} ON SCHEMA {name} TO {}", ddl::role(grantee))
                })
                .collect();
            let is_outsider = |grantee: &str| wanted.name != self.shared && ddl::OUTSIDERS.contains(&grantee);
            let extra = now.grants.iter().filter(|grant| is_outsider(&grant.0));
            sql.extend(extra.map(|(grantee, privilege)| {
                format!("REVOKE {privilege} ON SCHEMA {name} FROM {}", ddl::role(grantee))
            }));
            if !sql.is_empty() {
                let words = format!(
                    "others than the server may enter the schema {}, or the server may not: change that",
                    wanted.name
                );
                self.push(Step::new(StepKind::Additive, vec![format!("schema {}", wanted.name)], words, sql));
            }
        }
    }

    fn row_security(&mut self, Standing { wanted, now }: &Standing<'_>) {
        let mut sql = Vec::new();
        if wanted.row_security != now.row_security {
            let word = if wanted.row_security { "ENABLE" } else { "DISABLE" };
            sql.push(ddl::alter(now, &format!("{word} ROW LEVEL SECURITY")));
        }
        if wanted.forced != now.forced {
            let word = if wanted.forced { "FORCE" } else { "NO FORCE" };
            sql.push(ddl::alter(now, &format!("{word} ROW LEVEL SECURITY")));
        }
        if sql.is_empty() {
            return;
        }
        let name = spoken(now, self.shared);
        let mut step = step(
            self.kind_for(now),
            now,
            format!("row-level security of {name} is not as it should be: switch it"),
            sql,
        );
        if wanted.schema == self.shared {
            let owners = if wanted.forced { ", an owner's too," } else { "" };
            step.stops.push(format!(
                "A program whose login row-level security binds{owners} sees no row of {name} and can't INSERT into it."
            ));
        }
        self.push(step);
    }

    fn policies(&mut self, Standing { wanted, now }: &Standing<'_>) {
        let name = spoken(now, self.shared);
        for policy in now.policies.iter().filter(|policy| !wanted.policies.contains(policy)) {
            let is_ours = wanted.policies.iter().any(|ours| ours.name == policy.name);
            let kind = if is_ours { StepKind::Additive } else { self.kind_for(now) };
            let mut dropped = step(
                kind,
                now,
                format!(
                    "the policy \"{}\" of {name} is not ours: drop it, after a note of it in the audit",
                    policy.name
                ),
                vec![noted(now, &ddl::policy(now, policy)), ddl::drop_policy(now, &policy.name)],
            );
            if wanted.schema == self.shared {
                dropped.stops.push(format!(
                    "Whoever reaches {name} by the policy \"{}\" reads and INSERTs no row any more.",
                    policy.name
                ));
            }
            self.push(dropped);
        }
        let missing = wanted.policies.iter().filter(|policy| !now.policies.contains(policy));
        let sql: Vec<String> = missing.map(|policy| ddl::policy(now, policy)).collect();
        if !sql.is_empty() {
            self.push(step(StepKind::Additive, now, format!("{name} has no policy of ours: make it"), sql));
        }
    }

    fn grants(&mut self, Standing { wanted, now }: &Standing<'_>) {
        let name = spoken(now, self.shared);
        let missing = wanted.grants.iter().filter(|grant| !now.grants.contains(grant));
        let sql: Vec<String> = missing.map(|grant| ddl::grant(now, grant)).collect();
        if !sql.is_empty() {
            let words = format!("the server's role may not use {name} as it must: grant it");
            self.push(step(StepKind::Additive, now, words, sql));
        }
        let sql = revoked(wanted, now);
        if !sql.is_empty() {
            let words = format!("others than the server may use {name}: revoke what they were granted");
            let mut step = step(self.kind_for(now), now, words, sql);
            if wanted.schema == self.shared {
                step.stops.push(format!(
                    "A program that logs in as anon or authenticated can't read {name} or INSERT into it."
                ));
            }
            self.push(step);
        }
    }
}

/// Takes from outsiders, and from the server's role, what they should not have.
fn revoked(wanted: &Relation, now: &Relation) -> Vec<String> {
    let bound = |grantee: &str| grantee == "switchboard_app" || ddl::OUTSIDERS.contains(&grantee);
    let tables = now.grants.iter().filter(|grant| bound(&grant.0) && !wanted.grants.contains(grant)).map(
        |(grantee, privilege)| {
            format!("REVOKE {privilege} ON {} FROM {}", ddl::relation(now), ddl::role(grantee))
        },
    );
    let columns = now.columns.iter().flat_map(|column| {
        column.grants.iter().filter(|(grantee, _)| bound(grantee)).map(|(grantee, privilege)| {
            let name = quoted(&column.name);
            format!("REVOKE {privilege} ({name}) ON {} FROM {}", ddl::relation(now), ddl::role(grantee))
        })
    });
    tables.chain(columns).collect()
}

/// Keeps the text of something that is dropped.
pub(super) fn noted(table: &Relation, statement: &str) -> String {
    format!(
        "INSERT INTO switchboard.migration_audit (relation, decision, detail) VALUES ({}, 'dropped', jsonb_build_object('statement', {}))",
        super::super::names::literal(&table.full_name()),
        super::super::names::literal(statement)
    )
}
