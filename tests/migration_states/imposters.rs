//! Is a program that misbehaves seen? `verdict.rs` is shown some that are not ours.

use std::cell::Cell;

use sqlx::Connection as _;

use crate::cluster::{Database, OwnCluster};
use crate::judge::objects::Ours;
use crate::planted::{right, run};
use crate::program::Ended;
use crate::run::{elsewhere, runtime};
use crate::verdict::{self, Verdict};

/// What a program that is not ours says and does when it plans, migrates, and migrates again.
struct Imposter {
    says: [(i32, &'static str, &'static str); 3],
    does: [&'static str; 3],
}

impl Imposter {
    /// One that is asked about a right database and behaves.
    const RIGHT: Self = Self {
        says: [(0, r#"{"steps": []}"#, ""), (0, "nothing to do", ""), (0, "nothing to do", "")],
        does: ["", "", ""],
    };
    const CHANGE: &'static str = "update leads set status = status";

    async fn is_judged(&self, database: &Database, ours: &Ours) -> Verdict {
        let turn = Cell::new(0);
        let migrate = |database: &Database, _: &[&str]| {
            let at = turn.replace(turn.get() + 1);
            do_elsewhere(database, self.does[at]);
            let (exit, stdout, stderr) = self.says[at];
            Ended { exit: Some(exit), stdout: stdout.to_owned(), stderr: stderr.to_owned() }
        };
        verdict::of(database, ours, &migrate).await
    }
}

/// In a session of its own.
fn do_elsewhere(database: &Database, script: &str) {
    let act = async {
        let mut superuser = database.as_superuser().await;
        run(&mut superuser, script).await;
        superuser.close().await.unwrap();
    };
    elsewhere(|| runtime().block_on(act));
}

#[tokio::test]
async fn a_program_that_misbehaves_is_told_from_one_that_does_not() {
    let cluster = OwnCluster::start().await;
    let (template, ours) = right(&cluster).await;
    let change = Imposter::CHANGE;
    let [plan, done, again] = Imposter::RIGHT.says;
    let refused = (3, "", "no tenant is called default");
    let cases = [
        ("converged", Imposter::RIGHT),
        ("the dry run changed rows of leads", Imposter { does: [change, "", ""], ..Imposter::RIGHT }),
        (
            "the plan was empty, and yet rows of leads were",
            Imposter { does: ["", change, ""], ..Imposter::RIGHT },
        ),
        ("the second run changed rows of leads", Imposter { does: ["", "", change], ..Imposter::RIGHT }),
        ("did not say `nothing to do`", Imposter { says: [plan, done, (0, "done", "")], ..Imposter::RIGHT }),
        ("exit 1, lost", Imposter { says: [plan, (1, "", "lost"), again], ..Imposter::RIGHT }),
        ("the plan can't be read", Imposter { says: [(0, "", ""), done, again], ..Imposter::RIGHT }),
        ("refused: no tenant", Imposter { says: [refused, refused, again], ..Imposter::RIGHT }),
        ("a refusal changed", Imposter { says: [refused, refused, again], does: ["", change, ""] }),
        ("without a word", Imposter { says: [(3, "", ""), (3, "", ""), again], ..Imposter::RIGHT }),
    ];

    for (expected, imposter) in cases {
        let database = cluster.make(Some(&template)).await;
        let told = match imposter.is_judged(&database, &ours).await {
            Verdict::Converged => "converged".to_owned(),
            Verdict::Refused { sentence } => format!("refused: {sentence}"),
            Verdict::Failed { faults } => faults.join("; "),
        };
        assert!(told.contains(expected), "{expected}: {told}");
        cluster.drop(&database).await;
    }
}
