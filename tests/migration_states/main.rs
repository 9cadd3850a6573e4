//! Many databases that an earlier migration left half way, each made right by the program, each outcome judged.
//!
//! `families/` says which states there are, `judge/` what right means, `run.rs` tries one after another. The program is
//! judged from outside: by its commands and by what stands in the database.

#![cfg(test)]

mod by_mail;
mod clean_slate;
mod cluster;
#[path = "../it/support/dice.rs"]
mod dice;
mod families;
mod fixtures;
mod imposters;
mod judge;
mod kills;
mod making;
mod plan;
mod planted;
#[path = "../postgresql/mod.rs"]
mod postgresql;
mod program;
mod report;
mod run;
mod sample;
mod servers;
mod starts;
mod state;
mod statements;
mod trials;
mod verdict;
