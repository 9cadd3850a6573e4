//! Why a document is refused.

use crate::twilio::twiml::{MAX_DOCUMENT_BYTES, MAX_SAY_CHARACTERS};

/// What Twilio would report in its console, or that the simulator is at its wits' end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An answer that says not what it is, or that it is no TwiML.
    #[error("the content type is {}; TwiML is sent as text/xml", found.as_deref().unwrap_or("missing"))]
    ContentType {
        /// What it says it is.
        found: Option<String>,
    },
    /// More than 64 kB.
    #[error("the document has {bytes} bytes; Twilio takes {MAX_DOCUMENT_BYTES}")]
    TooLarge {
        /// How many it has.
        bytes: usize,
    },
    /// Broken XML.
    #[error("the document is not well-formed XML: {0}")]
    NotXml(String),
    /// Well-formed, and no TwiML.
    #[error("the root is <{found}>; TwiML has <Response>, in this case of letters")]
    NotResponse {
        /// What it is.
        found: String,
    },
    /// An element that Twilio doesn't know, or in other letters.
    #[error("<{element}> is no verb of TwiML{}", hint(known_as.as_deref()))]
    UnknownElement {
        /// Its name.
        element: String,
        /// How Twilio writes it.
        known_as: Option<String>,
    },
    /// An element where it may not stand.
    #[error("<{element}> may not stand in <{parent}>")]
    Nesting {
        /// What stands there.
        element: String,
        /// In what.
        parent: String,
    },
    /// Words where none may stand.
    #[error("text may not stand directly in <{parent}>")]
    Text {
        /// In what.
        parent: String,
    },
    /// An attribute that the verb doesn't have, or in other letters.
    #[error("<{element}> has no attribute {attribute}{}", hint(known_as.as_deref()))]
    UnknownAttribute {
        /// Of what.
        element: String,
        /// Its name.
        attribute: String,
        /// How Twilio writes it.
        known_as: Option<String>,
    },
    /// A value that the attribute can't have.
    #[error("<{element} {attribute}=\"{value}\"> makes no sense; it takes {takes}")]
    Value {
        /// Of what.
        element: String,
        /// Which one.
        attribute: String,
        /// What it says.
        value: String,
        /// What it may say.
        takes: &'static str,
    },
    /// An element that says nothing.
    #[error("<{element}> is empty")]
    Empty {
        /// Which one.
        element: String,
    },
    /// A voice that has nothing to read.
    #[error("<Say> has no words")]
    NothingToSay,
    /// More words than Twilio reads at once.
    #[error("<Say> has {characters} characters; Twilio reads {MAX_SAY_CHARACTERS}")]
    TooMuchSpeech {
        /// How many it has.
        characters: usize,
    },
    /// What is dialled is no telephone number.
    #[error("what <Dial> is told to ring is no telephone number")]
    NotANumber,
    /// More telephones than ring at once.
    #[error("<Dial> rings {count} telephones; ten at once are the most")]
    TooManyNumbers {
        /// How many.
        count: usize,
    },
    /// Something that Twilio does and the simulator doesn't.
    #[error("the simulator doesn't carry out {0} yet")]
    NotCarriedOut(String),
}

impl Refusal {
    /// Twilio's number for it; none if Twilio would have carried it out.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::ContentType { .. } => Some(12300),
            Self::TooLarge { .. } => Some(11750),
            Self::NotXml(_) | Self::NotResponse { .. } => Some(12100),
            Self::UnknownElement { .. }
            | Self::Nesting { .. }
            | Self::Text { .. }
            | Self::UnknownAttribute { .. }
            | Self::Value { .. }
            | Self::Empty { .. }
            | Self::TooManyNumbers { .. } => Some(12200),
            Self::TooMuchSpeech { .. } | Self::NothingToSay => Some(13520),
            Self::NotANumber => Some(13224),
            Self::NotCarriedOut(_) => None,
        }
    }
}

fn hint(known_as: Option<&str>) -> String {
    known_as.map(|name| format!("; it is written {name}")).unwrap_or_default()
}
