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
    /// Legacy files in a database of a hosted service, which opens everything new to the roles of its interface.
    Hosted,
    /// Some of the above, on which six servers start at once.
    Starts,
    /// Some of the above, on which the program is killed and started again.
    Kills,
}

impl Family {
    /// In the order of the report.
    pub(crate) const ALL: [Self; 8] = [
        Self::Combinations,
        Self::Prefixes,
        Self::Breakages,
        Self::Subsets,
        Self::Shapes,
        Self::Hosted,
        Self::Starts,
        Self::Kills,
    ];
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Combinations => "combinations",
            Self::Prefixes => "prefixes",
            Self::Breakages => "breakages",
            Self::Subsets => "subsets",
            Self::Shapes => "shapes",
            Self::Hosted => "hosted",
            Self::Starts => "starts",
            Self::Kills => "kills",
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
    /// An empty database of a hosted service.
    Hosted,
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

/// How the program is run on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trial {
    /// `switchboard migrate --approve-all`, left alone.
    Alone,
    /// Six servers at once.
    SixServers,
    /// Killed before it is done, and started again.
    Killed(Killing),
}

/// What is killed, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Killing {
    pub(crate) of: Killed,
    /// In thousandths of the time that it takes when nobody kills it.
    pub(crate) moment: u32,
}

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Killed {
    /// `switchboard migrate --approve-all`.
    Migrate,
    /// `switchboard serve`, with approval in its environment.
    Serve,
}

/// One database to make and to judge.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) family: Family,
    /// Within its family.
    pub(crate) name: String,
    pub(crate) base: Base,
    pub(crate) steps: Vec<Step>,
    pub(crate) trial: Trial,
}

impl State {
    /// The name by which it can be made again alone.
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.family, self.name)
    }

    /// Whether it makes roles of its own, which stay in the cluster.
    pub(crate) fn makes_roles(&self) -> bool {
        let says = |statements: &[String]| statements.iter().any(|text| text.contains("create role"));
        self.base == Base::Hosted
            || self.steps.iter().any(|step| match step {
                Step::File(number) => number == "09",
                Step::Attempt(statements) | Step::Owner(statements) | Step::Superuser(statements) => {
                    says(statements)
                }
                Step::Migrate => false,
            })
    }
}
