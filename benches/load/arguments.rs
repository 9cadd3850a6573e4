//! What to send, where to, how fast and for how long.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use switchboard::twilio::phone_number::E164PhoneNumber;
use switchboard::twilio::public_url::PublicBaseUrl;
use switchboard::twilio::sid::AccountSid;
use switchboard::twilio::signature::AuthToken;

/// What kind of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// New calls.
    Voice,
    /// New calls, each followed by its three status callbacks, in order.
    Status,
    /// The same few calls, again and again.
    Replay,
    /// New calls, signed with another token: they must be refused.
    Forged,
}

impl Mode {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Status => "status",
            Self::Replay => "replay",
            Self::Forged => "forged",
        }
    }
}

/// Sends webhooks as Twilio would, and prints how they were answered as JSON
#[derive(Debug, Parser)]
#[command(name = "load")]
pub(crate) struct Arguments {
    /// What kind of requests
    #[arg(value_enum)]
    pub(crate) mode: Mode,
    /// Where the server listens
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub(crate) target: SocketAddr,
    /// What the server is told that Twilio calls
    #[arg(long, default_value = "https://phone.example.com", value_parser = PublicBaseUrl::parse)]
    pub(crate) public_url: PublicBaseUrl,
    /// The account that calls
    #[arg(long, default_value = "AC00000000000000000000000000000001", value_parser = AccountSid::parse)]
    pub(crate) account_sid: AccountSid,
    /// The token that signs; a made-up one
    #[arg(long, default_value = "a token of the benchmark", value_parser = AuthToken::parse)]
    pub(crate) auth_token: AuthToken,
    /// How many numbers are called: this one and those that follow
    #[arg(long, default_value_t = 1000)]
    pub(crate) numbers: u64,
    /// The lowest number that is called
    #[arg(long, default_value = "+15125550000", value_parser = E164PhoneNumber::parse)]
    pub(crate) first_number: E164PhoneNumber,
    /// Requests at the same time, each on a connection of its own
    #[arg(long, default_value_t = 64)]
    pub(crate) connections: usize,
    /// Calls per second, at random moments (open loop); without it each connection sends its next request when it has
    /// its answer (closed loop)
    #[arg(long)]
    pub(crate) rate: Option<f64>,
    /// Seconds before anything is timed
    #[arg(long, default_value = "1", value_parser = seconds)]
    pub(crate) warm_up: Duration,
    /// Seconds that are timed
    #[arg(long, default_value = "10", value_parser = seconds)]
    pub(crate) duration: Duration,
    /// Calls that are signed before the first is sent; further ones are signed on their way. In mode replay: how many
    /// calls there are
    #[arg(long, default_value_t = 1000)]
    pub(crate) prepared: usize,
    /// What the random choices begin with; the same seed makes the same choices
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Prints the parameters of one incoming call as JSON, and sends nothing
    #[arg(long)]
    pub(crate) sample: bool,
    /// Given by `cargo bench`, and without a meaning here
    #[arg(long, hide = true)]
    bench: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
