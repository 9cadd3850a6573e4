//! What the doctor says.
//!
//! Promises: each sentence names what differs and the one thing to change. An address is shown without its query; tokens,
//! signatures and values are not in here, so that they can't be shown.

use std::fmt;

use crate::twilio::sid::AccountSid;

/// Why a signature did not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Diagnosis {
    /// This variant would have matched.
    Found(Finding),
    /// None would. What may be the cause, likeliest first.
    NotFound(Vec<Likely>),
}

/// The variant that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Another address: scheme, host, port or prefix.
    Address {
        /// How we came by ours.
        source: AddressSource,
        /// What we took for our address.
        ours: String,
        /// What Twilio calls.
        signed: String,
    },
    /// The slash at the path's end.
    Slash(SlashChange),
    /// A part of the path came in on the way.
    PathGrew,
    /// The query.
    Query(QueryChange),
    /// The form.
    Form(FormChange),
    /// The part after `#`, which is neither sent nor signed.
    Fragment,
    /// A user name and password, which Twilio drops before it signs.
    Userinfo,
    /// The token.
    Token(TokenFault),
}

/// Where the address comes from that a signature was checked over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressSource {
    /// `PUBLIC_BASE_URL`, one address.
    Setting,
    /// `PUBLIC_BASE_URL`, one of several.
    SettingOfSeveral,
    /// The `url` of a line that was given to be judged.
    Line,
}

/// A slash at the path's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlashChange {
    /// Signed, and not received.
    Lost,
    /// Received, and not signed.
    Added,
}

/// How the query that we received differs from the one that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryChange {
    /// It was signed without one.
    Added,
    /// The same parameters in another order.
    Reordered,
    /// `+` for `%20`, or the other way round.
    Blanks,
    /// Other characters are written in another way.
    Recoded,
}

/// How the form that was signed differs from what Twilio signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormChange {
    /// Blank fields are missing.
    BlankFieldsLeftOut,
    /// Values have no blanks at their ends.
    Trimmed,
    /// A plus sign was sent as it is, and arrived as a blank.
    PlusSigns,
    /// Of a repeated name one value.
    RepeatedNamesCollapsed,
    /// Fields in the order they were sent in.
    NotSorted,
    /// The body's text, not its fields.
    NotDecoded,
    /// Nothing but the URL.
    NotSigned,
}

/// What is wrong with the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// Another one signed.
    Other(TokenOwner),
    /// It has white space or quotation marks around it, or lacks them.
    Misshapen,
}

/// Whose token signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenOwner {
    /// Another account's.
    Account(AccountSid),
    /// One that is at hand, and was not to be accepted.
    NotAccepted,
}

/// A cause that can't be tried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likely {
    /// The request came for a host that we don't call ours.
    OtherHost,
    /// The token is not the one that Twilio signs with.
    OldToken,
    /// Something between Twilio and us wrote the body or the query anew.
    ChangedOnTheWay,
    /// Somebody else sent it.
    Forged,
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(finding) => finding.fmt(formatter),
            Self::NotFound(causes) => {
                formatter.write_str("no variant of URL, form or token fits; likeliest first:")?;
                for (index, cause) in causes.iter().enumerate() {
                    let end = if index + 1 == causes.len() { "" } else { ";" };
                    write!(formatter, " {}) {cause}{end}", index + 1)?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { source, ours, signed } => match source {
                AddressSource::Setting => write!(
                    formatter,
                    "PUBLIC_BASE_URL is {ours}, Twilio signed {signed}: set PUBLIC_BASE_URL={signed}"
                ),
                AddressSource::SettingOfSeveral => write!(
                    formatter,
                    "PUBLIC_BASE_URL has {ours}, Twilio signed {signed}: add {signed} to PUBLIC_BASE_URL"
                ),
                AddressSource::Line => write!(
                    formatter,
                    "the url begins with {ours}, but {signed} was signed: set PUBLIC_BASE_URL={signed}"
                ),
            },
            Self::Slash(change) => change.fmt(formatter),
            Self::PathGrew => formatter.write_str(
                "the path got another beginning on the way: let the proxy pass the path on as it came",
            ),
            Self::Query(change) => change.fmt(formatter),
            Self::Form(change) => {
                write!(formatter, "{change}: correct the program that signs; Twilio does it otherwise")
            }
            Self::Fragment => formatter.write_str(
                "the part after # was signed, which Twilio leaves out: correct the program that signs",
            ),
            Self::Userinfo => formatter.write_str(
                "a user name and password were signed with the URL: remove them from the URL in Twilio's Console",
            ),
            Self::Token(fault) => fault.fmt(formatter),
        }
    }
}

impl fmt::Display for SlashChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Lost => {
                "Twilio's URL ends with a slash that was lost on the way: remove it from the URL in Twilio's Console"
            }
            Self::Added => {
                "the path got a slash at its end on the way: let the proxy pass the path on as it came"
            }
        })
    }
}

impl fmt::Display for QueryChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Added => "a query came in",
            Self::Reordered => "the query was put into another order",
            Self::Blanks => "blanks in the query were written in another way (+ and %20)",
            Self::Recoded => "the query was encoded anew",
        };
        write!(formatter, "{what} on the way: let the proxy pass the query on as it came")
    }
}

impl fmt::Display for FormChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::BlankFieldsLeftOut => "blank fields were left out of the signature",
            Self::Trimmed => "values were trimmed before they were signed",
            Self::PlusSigns => "a plus sign was sent as it is instead of as %2B",
            Self::RepeatedNamesCollapsed => "of a repeated name only one value was signed",
            Self::NotSorted => "the fields were signed in the order they were sent in",
            Self::NotDecoded => "the body was signed as it was sent, not its decoded fields",
            Self::NotSigned => "the URL was signed without the form",
        })
    }
}

impl fmt::Display for TokenFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(TokenOwner::Account(sid)) => write!(
                formatter,
                "the token that is stored for account {sid} made the signature: store the token of the account that \
                 calls with `switchboard account create`"
            ),
            Self::Other(TokenOwner::NotAccepted) => formatter.write_str(
                "a token made the signature that is at hand and not accepted: add it to the accepted ones",
            ),
            Self::Misshapen => formatter.write_str(
                "the token has white space or quotation marks where Twilio's has none: store it again without them",
            ),
        }
    }
}

impl fmt::Display for Likely {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OtherHost => "it came for another host than PUBLIC_BASE_URL names",
            Self::OldToken => "the token is not the account's primary one in Twilio's Console",
            Self::ChangedOnTheWay => "something between Twilio and here changed the body or the URL",
            Self::Forged => "Twilio did not send it",
        })
    }
}
