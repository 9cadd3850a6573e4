//! What every story starts from.
//!
//! [`Stage`] is a fresh database with the hands of the command line: it makes firms, numbers, accounts and keys.
//! [`Stage::open`] puts a server on it, a [`TestApp`]. [`Twilio`] and [`ApiClient`] call it; an [`Answer`] comes back.
//! [`TestDatabase`] shows the rows, past row-level security. Every line that is logged meanwhile is looked at. What concerns the roles of a whole cluster gets an
//! [`OwnCluster`].

mod answer;
mod api_client;
mod app;
mod cluster;
mod database;
mod dice;
mod legacy;
mod messages;
mod one_firm;
mod own_cluster;
mod played_twilio;
mod simulated;
mod stage;
mod twilio;
mod two_firms;
mod watch;
mod webhook;
mod wire;

pub(crate) use answer::Answer;
pub(crate) use api_client::ApiClient;
pub(crate) use app::TestApp;
pub(crate) use database::TestDatabase;
pub(crate) use dice::Dice;
pub(crate) use legacy::Said;
pub(crate) use messages::Message;
pub(crate) use one_firm::OneFirm;
pub(crate) use own_cluster::OwnCluster;
pub(crate) use played_twilio::{Mood, PlayedTwilio};
pub(crate) use stage::{Firm, Stage};
pub(crate) use twilio::{Call, STATUS, Twilio, VOICE};
pub(crate) use two_firms::TwoFirms;
pub(crate) use watch::{inspect, watch_the_log};
pub(crate) use webhook::Webhook;
pub(crate) use wire::{Line, Wire};
