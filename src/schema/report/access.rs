//! Who may: row-level security, what outsiders were granted, and the server's role.

use super::super::catalogue::{Function, Relation};
use super::super::ddl::OUTSIDERS;
use super::{Evidence, Part, Verdict, Verified, few, number_of};

impl Evidence {
    /// Row-level security: on, forced where rows are tenants', and our policies alone.
    pub(super) fn row_security(&self) -> Verified {
        let (mut missing, mut others, mut not_forced) = (Vec::new(), Vec::new(), Vec::new());
        for (wanted, now) in self.wanted() {
            let Some(now) = now else { continue };
            let name = self.spoken(now);
            let lost = wanted.policies.iter().filter(|policy| !now.policies.contains(policy));
            missing.extend(lost.map(|policy| format!("{} of {name}", policy.name)));
            let theirs = now.policies.iter().filter(|policy| !wanted.policies.contains(policy));
            others.extend(theirs.map(|policy| format!("{} of {name}", policy.name)));
            if wanted.forced && !now.forced {
                not_forced.push(name);
            }
        }
        let off: Vec<String> =
            self.ours().filter(|table| !table.row_security).map(|table| self.spoken(table)).collect();
        let wrong = [
            ("off for", off),
            ("not forced for", not_forced),
            ("policy missing:", missing),
            ("policy not ours:", others),
        ];
        let wrong = wrong.into_iter().filter(|(_, names)| !names.is_empty());
        let wrong = wrong.map(|(what, names)| format!("{what} {}", few(&names))).collect();
        let tables: Vec<&Relation> = self.ours().filter(|table| table.row_security).collect();
        let forced = tables.iter().filter(|table| table.forced).count();
        let policies: usize = tables.iter().map(|table| table.policies.len()).sum();
        let policies = if policies == 1 { "1 policy".to_owned() } else { format!("{policies} policies") };
        let found = format!("on for {}, forced for {forced}; {policies}", number_of(tables.len(), "table"));
        Verified { part: Part::RowSecurity, found, verdict: self.judged(wrong) }
    }

    /// What PUBLIC and the roles of a hosted service's interface may with what is ours.
    pub(super) fn grants(&self) -> Verified {
        let mut wrong = Vec::new();
        for outsider in OUTSIDERS {
            let tables = self.ours().filter(|table| is_open(table, outsider));
            let may_call = |function: &&Function| function.grants.iter().any(|grantee| grantee == outsider);
            let functions = self.our_functions().filter(may_call);
            let schemas = self.found.schemas.iter().filter(|schema| {
                schema.name == self.names.own && schema.grants.iter().any(|grant| grant.0 == outsider)
            });
            let mut open: Vec<String> = schemas.map(|schema| format!("schema {}", schema.name)).collect();
            open.extend(tables.map(|table| self.spoken(table)));
            open.extend(functions.map(|function| function.signature.clone()));
            if !open.is_empty() {
                wrong.push(format!("{outsider} may use {}", few(&open)));
            }
        }
        let present = OUTSIDERS
            .into_iter()
            .filter(|role| *role == "PUBLIC" || self.found.roles.iter().any(|found| found == role));
        let found = if wrong.is_empty() {
            format!("nothing for {}", super::listed(&present.collect::<Vec<_>>()))
        } else {
            "open to outsiders".to_owned()
        };
        Verified { part: Part::Grants, found, verdict: self.seen(wrong) }
    }

    /// The role that the server works as, and whether the login may be it.
    pub(super) fn roles(&self) -> Verified {
        let login = &self.found.login;
        let (found, wrong) = match self.is_member {
            None => ("no role for the server", Some("switchboard_app is missing".to_owned())),
            Some(true) => ("the login may work as switchboard_app", None),
            Some(false) => (
                "switchboard_app",
                Some(format!("the login `{login}` is no member, and can't serve or migrate")),
            ),
        };
        let verdict = Verdict::of(wrong.into_iter().collect());
        Verified { part: Part::Roles, found: found.to_owned(), verdict }
    }
}

fn is_open(table: &Relation, outsider: &str) -> bool {
    let columns = table.columns.iter().flat_map(|column| &column.grants);
    table.grants.iter().chain(columns).any(|(grantee, _)| grantee == outsider)
}
