//! Where the programs come from: set by hand, installed, carried.
//!
//! Which of them can work depends on the machine. Each test says what it expects on every one.

use switchboard::embedded::{Durability, EmbeddedError, NotCarried, Programs, open};

use crate::carried::Carried;
use crate::scratch::{Scratch, ask, count_tables, make_a_row, settings, start};

/// 18.4, as the server says it.
const CARRIED_VERSION: i64 = 180_004;

const VERSION: &str = "select current_setting('server_version_num')::bigint";

fn carried_programs(scratch: &Scratch) -> Programs {
    Programs::Carried { cache: Some(scratch.folder().join("cache")) }
}

#[test]
fn a_directory_set_by_hand_without_a_server_is_named_with_the_way_out() {
    let scratch = Scratch::new();
    let empty = scratch.folder().join("no programs");
    let mut wanted = settings(&scratch.cluster(), Durability::Disposable);
    wanted.programs = Programs::Directory(empty.clone());

    let message = open(&wanted).unwrap_err().to_string();

    assert!(message.contains(&*empty.to_string_lossy()), "{message}");
    assert!(message.contains("SWITCHBOARD_PG_BIN"), "{message}");
    assert!(message.contains("install"), "{message}");
}

#[test]
fn the_carried_one_runs_where_it_can_whatever_is_installed_and_elsewhere_says_why_not() {
    let scratch = Scratch::new();
    let mut wanted = settings(&scratch.cluster(), Durability::Disposable);
    wanted.programs = carried_programs(&scratch);

    let opened = open(&wanted);

    match Carried::here() {
        Carried::Runs => {
            let cluster = opened.unwrap();
            assert_eq!(make_a_row(&cluster.connection()), 1);
            assert_eq!(ask(&cluster.connection(), "", VERSION), CARRIED_VERSION);
        }
        Carried::NotInThisBuild => {
            let error = opened.unwrap_err();
            assert!(error.to_string().contains("this program carries none"), "{error}");
        }
        Carried::GlibcIsTooOld { found } => {
            let error = opened.unwrap_err();
            let EmbeddedError::NothingCarried { carried: NotCarried::OldGlibc { .. }, .. } = &error else {
                panic!("{error}")
            };
            let message = error.to_string();
            assert!(
                message.contains(&format!("needs glibc 2.38 or newer; this machine has {found}")),
                "{message}"
            );
            assert!(message.contains("SWITCHBOARD_PG_NO_SYSTEM"), "{message}");
            assert!(message.contains("to install a PostgreSQL: "), "{message}");
        }
    }
}

#[test]
fn the_carried_one_has_the_extension_that_we_need() {
    let scratch = Scratch::new();
    let mut wanted = settings(&scratch.cluster(), Durability::Disposable);
    wanted.programs = carried_programs(&scratch);
    let opened = open(&wanted);

    let extensions = opened.map(|cluster| {
        ask(
            &cluster.connection(),
            "create extension btree_gist",
            "select count(*) from pg_extension where extname = 'btree_gist'",
        )
    });

    assert_eq!(extensions.ok(), (Carried::here() == Carried::Runs).then_some(1));
}

#[test]
fn data_of_the_carried_one_is_opened_by_it_though_another_is_installed() {
    let scratch = Scratch::new();
    let mut wanted = settings(&scratch.cluster(), Durability::Disposable);
    wanted.programs = carried_programs(&scratch);
    let made = open(&wanted).map(|cluster| make_a_row(&cluster.connection()));
    assert_eq!(made.ok(), (Carried::here() == Carried::Runs).then_some(1));

    // Where nothing made any data, what is installed begins with none.
    let opened = start(&scratch.cluster());

    let tables = i64::from(Carried::here() == Carried::Runs);
    assert_eq!(count_tables(&opened.connection()), tables);
}
