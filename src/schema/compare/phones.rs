//! Phones that an older program wrote in its own way, once its tables are ours.
//!
//! Promises: once, while a database is adopted; it changes what rows say, and so waits for a person.

use super::super::catalogue::Relation;
use super::super::legacy;
use super::{Comparison, Standing, listed, spoken, step};

impl Comparison<'_> {
    /// Writes the phones of all tables that an older program filled.
    pub(super) fn phones(&mut self, tables: &[Standing<'_>]) {
        if self.found.decided.iter().any(|decision| decision == legacy::PHONES_READ) {
            return;
        }
        // Empty ones, too: a default tenant may come between this plan and its approval, and must not change it.
        let adopted: Vec<&Relation> = tables
            .iter()
            .map(|table| &table.now)
            .filter(|now| now.schema == self.shared && legacy::has_phones(&now.name))
            .filter(|now| self.is_adopted(&now.name))
            .collect();
        let Some(about) = adopted.iter().find(|now| now.has_rows).or(adopted.first()) else { return };
        let names: Vec<String> = adopted.iter().map(|now| spoken(now, self.shared)).collect();
        let words = format!(
            "phones in {} may be written in other ways than ours: write them as E.164, or leave them where that can't be; \
             the audit keeps what they said",
            listed(&names)
        );
        let mut sql: Vec<String> = adopted.iter().flat_map(|now| legacy::write_phones(now)).collect();
        sql.push(legacy::phones_read());
        let mut phones = step(self.kind_for(about), about, words, sql);
        phones.about = adopted.iter().map(|now| now.full_name()).collect();
        self.push(phones);
    }

    /// Whether an older program made this table, and its adoption is not finished: its columns stand in another order than the
    /// migrations make them, also when all are there, or its own table was renamed aside.
    pub(super) fn is_adopted(&self, name: &str) -> bool {
        let order = |table: &Relation| -> Vec<String> {
            table.columns.iter().map(|column| column.name.clone()).collect()
        };
        let found = self.found.relation(self.shared, name).map(order);
        let wanted = self.target.relation(self.shared, name).map(order);
        let aside = format!("{name}_legacy");
        let was_renamed = |other: &Relation| other.schema == self.shared && other.name.starts_with(&aside);
        self.adopting()
            && (found.is_some() && found != wanted || self.found.relations.iter().any(was_renamed))
    }
}
