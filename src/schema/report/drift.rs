//! What the comparison found, and whose the rows are that know no tenant.

use super::super::catalogue::Relation;
use super::super::plan::Plan;
use super::super::target;
use super::{Compared, DefaultTenant, Evidence, Part, Verdict, Verified, listed, number_of};

impl Evidence {
    /// Which tenant rows without one belong to, where that was ever asked.
    pub(super) fn default_tenant(&self) -> Verified {
        let waiting: Vec<&str> = self.without_default().map(|table| table.name.as_str()).collect();
        let leaning: Vec<&str> = self.neighbours().map(|table| table.name.as_str()).collect();
        let (found, verdict) = match &self.default_tenant {
            DefaultTenant::Chosen(Some(slug)) => (format!("`{slug}`"), Verdict::Right),
            DefaultTenant::Chosen(None) => ("a tenant without a slug".to_owned(), Verdict::Right),
            DefaultTenant::Gone if leaning.is_empty() => ("gone, and not needed".to_owned(), Verdict::Right),
            DefaultTenant::Gone => {
                let wrong = format!("{} give it to rows that name no tenant", listed(&leaning));
                ("gone".to_owned(), Verdict::Wrong(vec![wrong]))
            }
            DefaultTenant::NotChosen if waiting.is_empty() => ("none needed".to_owned(), Verdict::Right),
            DefaultTenant::NotChosen => {
                let wrong = format!("rows of {} need one", listed(&waiting));
                ("none yet".to_owned(), Verdict::Wrong(vec![wrong]))
            }
            DefaultTenant::Unread(reason) => ("not read".to_owned(), Verdict::Unknown(reason.clone())),
        };
        Verified { part: Part::DefaultTenant, found, verdict }
    }

    /// Tables that may hold rows without tenant.
    fn without_default(&self) -> impl Iterator<Item = &Relation> {
        self.of_tenants().filter(|table| {
            table.has_rows && !table.column("tenant_id").is_some_and(|column| column.required)
        })
    }

    /// Everything that the comparison found, in the words of its steps.
    pub(super) fn drift(&self) -> Verified {
        let version = target::latest_version();
        let (found, verdict) = match &self.compared {
            Compared::With { plan: Ok(plan), .. } if plan.steps.is_empty() => {
                (format!("version {version}, as the migrations make it"), Verdict::Right)
            }
            Compared::With { plan: Ok(plan), .. } => {
                let words = plan.steps.iter().map(|step| step.words.clone()).collect();
                (still_to_go(plan), Verdict::Wrong(words))
            }
            Compared::With { plan: Err(refusal), .. } => {
                (format!("not what version {version} needs"), Verdict::Wrong(vec![refusal.to_string()]))
            }
            Compared::AsVerified => {
                (format!("version {version}, as it was when it was last verified"), Verdict::Right)
            }
            Compared::Not(reason) => ("not compared".to_owned(), Verdict::Unknown(reason.clone())),
        };
        Verified { part: Part::Drift, found, verdict }
    }
}

fn still_to_go(plan: &Plan) -> String {
    let steps = number_of(plan.steps.len(), "step");
    let waiting = match plan.waiting().count() {
        0 => String::new(),
        1 => ", 1 of which waits for an approval".to_owned(),
        waiting => format!(", {waiting} of which wait for an approval"),
    };
    format!("{steps} to version {}{waiting}", target::latest_version())
}
