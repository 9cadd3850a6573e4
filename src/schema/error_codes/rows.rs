//! The codes of class 23: rows that a key would refuse.

use super::super::catalogue::{Index, Relation};
use super::super::report::plural;
use super::questions::Question;
use super::{Answer, Asked, Facts, Here};

impl Facts<'_> {
    pub(super) fn foreign_key_violation(&self) -> Here {
        let of_tenants = |asked: &&Asked| asked.question == Question::UnknownTenants;
        let given = self.told(of_tenants, |rows, asked| {
            let name = if rows == 1 { "names" } else { "name" };
            format!("{}: {} {name} a tenant that does not exist", asked.table, plural(rows, "row"))
        });
        let calm = if self.asked.iter().any(|asked| of_tenants(&asked)) {
            "counted: each tenant that a row names exists"
        } else {
            "no row can name a tenant that does not exist"
        };
        Here::of(given, calm)
    }

    pub(super) fn unique_violation(&self) -> Here {
        let repeated = |asked: &&Asked| matches!(asked.question, Question::Repeated(_));
        let mut given = self.told(repeated, |values, asked| {
            let column = match asked.question {
                Question::Repeated(column) => column,
                Question::UnknownTenants => "tenant_id",
            };
            let stand = if values == 1 { "stands" } else { "stand" };
            let value = plural(values, "value");
            format!("{}.{column}: {value} {stand} more than once, and a key on it can't be made", asked.table)
        });
        let tenants = self.ours().find(|table| table.name == "tenants");
        if tenants.is_some_and(one_tenant_an_owner) {
            given.push(
                "tenants takes each owner_email once: a second tenant of one owner is refused".to_owned(),
            );
        }
        let calm = if self.asked.iter().any(|asked| repeated(&asked)) {
            "counted: nothing stands twice that may stand once"
        } else {
            "nothing can stand twice that may stand once"
        };
        Here::of(given, calm)
    }

    /// A sentence for each question of a kind whose answer is not none.
    fn told(&self, kind: impl Fn(&&Asked) -> bool, sentence: impl Fn(i64, &Asked) -> String) -> Vec<String> {
        let each = |asked: &Asked| match &asked.answer {
            Answer::Number(0) => None,
            Answer::Number(number) => Some(sentence(*number, asked)),
            Answer::NotCounted(reason) => Some(format!("{} was not counted: {reason}", asked.table)),
        };
        self.asked.iter().filter(kind).filter_map(each).collect()
    }
}

fn one_tenant_an_owner(tenants: &Relation) -> bool {
    let refuses = |index: &Index| index.unique && index.columns == [Some("owner_email".to_owned())];
    tenants.indexes.iter().any(refuses)
}
