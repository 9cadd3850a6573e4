//! A state: how to make one half-migrated database, as data.
//!
//! Promises: a state is named by its family and itself, and is the same whenever it is made.

use std::fmt;

/// Where states come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    /// The table of `tests/legacy/README.md`, and what follows from each line of it.
    Combinations,
    /// A legacy file that stopped after each of its statements.
    Prefixes,
    /// A finished database of which one object is lost or spoilt.
    Breakages,
    /// Legacy files of which some statements never ran.
    Subsets,
    /// What people found in the field and no file holds.
    Shapes,
}

impl Family {
    /// In the order of the report.
    pub(crate) const ALL: [Self; 5] =
        [Self::Combinations, Self::Prefixes, Self::Breakages, Self::Subsets, Self::Shapes];
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Combinations => "combinations",
            Self::Prefixes => "prefixes",
            Self::Breakages => "breakages",
            Self::Subsets => "subsets",
            Self::Shapes => "shapes",
        })
    }
}

/// What a state begins with; made once and copied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Base {
    /// These legacy files, loaded in this order.
    Files(Vec<String>),
    /// These legacy files, then the migration, then some rows of ours.
    Finished(Vec<String>),
}

impl Base {
    /// A database that holds nothing.
    pub(crate) const EMPTY: Self = Self::Files(Vec::new());

    /// The files of which the numbers are given with spaces between them.
    pub(crate) fn files(numbers: &str) -> Self {
        Self::Files(numbers.split_whitespace().map(str::to_owned).collect())
    }

    /// Two neighbours' files and the program's own work.
    pub(crate) fn finished() -> Self {
        Self::Finished(vec!["01".to_owned(), "02".to_owned()])
    }
}

/// What happens to it next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A whole legacy file.
    File(String),
    /// Statements of the owner, carrying on after an error as people did.
    Attempt(Vec<String>),
    /// Statements of the owner, which must pass.
    Owner(Vec<String>),
    /// Statements that only a superuser can run, which must pass.
    Superuser(Vec<String>),
    /// `switchboard migrate --approve-all`, which must pass.
    Migrate,
}

/// One database to make and to judge.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) family: Family,
    /// Within its family.
    pub(crate) name: String,
    pub(crate) base: Base,
    pub(crate) steps: Vec<Step>,
}

impl State {
    /// The name by which it can be made again alone.
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.family, self.name)
    }

    /// Whether it makes roles of its own, which stay in the cluster.
    pub(crate) fn makes_roles(&self) -> bool {
        let says = |statements: &[String]| statements.iter().any(|text| text.contains("create role"));
        self.steps.iter().any(|step| match step {
            Step::File(number) => number == "09",
            Step::Attempt(statements) | Step::Owner(statements) | Step::Superuser(statements) => {
                says(statements)
            }
            Step::Migrate => false,
        })
    }
}
