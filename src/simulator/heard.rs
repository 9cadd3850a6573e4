//! Our TwiML as the person on the phone experiences it.
//!
//! Promises: every verb of ours is understood; one that isn't is named and never skipped in silence.
//! Doesn't: check what Twilio's schema checks, or read SSML: of marked-up text the words are kept.

use std::fmt;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde::Serialize;

/// One thing that happens on the line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// A voice reads a text.
    Words(String),
    /// Nothing is heard.
    Silence {
        /// For how long. Seconds, as the document has them.
        seconds: String,
    },
    /// Somebody else's phone rings.
    Ringing {
        /// Whose.
        number: String,
        /// Where the end of it is reported; without one the call goes on by itself.
        action: Option<String>,
    },
    /// The call is over.
    HangUp,
    /// The call was not even taken.
    Rejection,
    /// A verb that this simulator doesn't know.
    Other {
        /// Its name.
        verb: String,
    },
}

/// The answer can't be read as TwiML; Twilio would tell the caller that an application error has occurred.
#[derive(Debug, thiserror::Error)]
pub enum NotTwiml {
    /// The XML is broken.
    #[error("the TwiML is not well formed: {0}")]
    Broken(#[from] quick_xml::Error),
    /// The XML is something else.
    #[error("the XML is no TwiML: it has no <Response>")]
    NoResponse,
}

impl Heard {
    /// Reads a document.
    pub fn read(document: &str) -> Result<Vec<Self>, NotTwiml> {
        let mut reader = Reader::from_str(document);
        let mut heard = Vec::new();
        let mut response = None;
        loop {
            match reader.read_event()? {
                Event::Start(start) if start.name().as_ref() == "Response" => response = Some(()),
                Event::Start(start) => {
                    let inside = reader.read_text(start.name())?;
                    heard.push(Self::verb(&start, words(&inside)?));
                }
                Event::Empty(start) if start.name().as_ref() == "Response" => response = Some(()),
                Event::Empty(start) => heard.push(Self::verb(&start, String::new())),
                Event::Eof => break,
                Event::End(_)
                | Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_)
                | Event::GeneralRef(_) => {}
            }
        }
        response.map(|()| heard).ok_or(NotTwiml::NoResponse)
    }

    fn verb(start: &BytesStart<'_>, inside: String) -> Self {
        match start.name().as_ref() {
            "Say" => Self::Words(inside),
            "Pause" => {
                Self::Silence { seconds: attribute(start, "length").unwrap_or_else(|| "1".to_owned()) }
            }
            "Dial" => Self::Ringing { number: inside, action: attribute(start, "action") },
            "Hangup" => Self::HangUp,
            "Reject" => Self::Rejection,
            verb => Self::Other { verb: verb.to_owned() },
        }
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = start.try_get_attribute(name).ok().flatten()?;
    attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// The text of an element and of all that stands in it.
fn words(inside: &str) -> Result<String, NotTwiml> {
    let mut reader = Reader::from_str(inside);
    let mut words = String::new();
    loop {
        match reader.read_event()? {
            Event::Text(text) => words.push_str(&text.xml10_content()),
            Event::CData(text) => words.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref()? {
                Some(character) => words.push(character),
                None => words.push_str(resolve_predefined_entity(&reference).unwrap_or_default()),
            },
            Event::Eof => return Ok(words.trim().to_owned()),
            Event::Start(_)
            | Event::End(_)
            | Event::Empty(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => write!(formatter, "“{words}”"),
            Self::Silence { seconds } => write!(formatter, "silence for {seconds} s"),
            Self::Ringing { number, .. } => write!(formatter, "rings {number}"),
            Self::HangUp => formatter.write_str("hangs up"),
            Self::Rejection => formatter.write_str("doesn't take the call"),
            Self::Other { verb } => write!(formatter, "<{verb}>"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::phone_number::E164PhoneNumber;
    use crate::twilio::twiml::{AnswerMoment, Dial, RejectReason, Verb, VoiceResponse};

    fn heard(verbs: Vec<Verb>) -> Vec<Heard> {
        Heard::read(VoiceResponse::new(verbs).render().unwrap().as_str()).unwrap()
    }

    #[test]
    fn every_verb_of_ours_is_heard() {
        let dial = Dial {
            number: E164PhoneNumber::parse("+13125550198").unwrap(),
            action: Some("https://phone.example.com/twilio/result?a=1&b=2".into()),
            timeout_seconds: 20,
            caller_id: None,
            answer: AnswerMoment::OnBridge,
        };
        let verbs = vec![
            Verb::say("Smith & Sons <HVAC> say \"hi\"."),
            Verb::Pause { length_seconds: 2 },
            Verb::Dial(dial),
            Verb::Redirect { url: "/next".into() },
            Verb::Hangup,
            Verb::Reject { reason: RejectReason::Busy },
        ];

        let heard = heard(verbs);

        let expected = [
            Heard::Words("Smith & Sons <HVAC> say \"hi\".".into()),
            Heard::Silence { seconds: "2".into() },
            Heard::Ringing {
                number: "+13125550198".into(),
                action: Some("https://phone.example.com/twilio/result?a=1&b=2".into()),
            },
            Heard::Other { verb: "Redirect".into() },
            Heard::HangUp,
            Heard::Rejection,
        ];
        assert_eq!(heard, expected);
    }

    #[test]
    fn an_answer_without_verbs_is_twiml_too() {
        assert_eq!(heard(Vec::new()), []);
        assert_eq!(Heard::read("<Response/>").unwrap(), []);
    }

    #[test]
    fn marked_up_words_keep_their_words() {
        let ssml = "<Response><Say>Call <say-as interpret-as=\"telephone\">555</say-as> &#8211; now</Say></Response>";

        assert_eq!(Heard::read(ssml).unwrap(), [Heard::Words("Call 555 – now".into())]);
    }

    #[test]
    fn other_documents_are_refused() {
        assert!(matches!(Heard::read("<html><body/></html>"), Err(NotTwiml::NoResponse)));
        assert!(matches!(Heard::read(""), Err(NotTwiml::NoResponse)));
        assert!(matches!(Heard::read("<Response><Say>x</Response>"), Err(NotTwiml::Broken(_))));
    }
}
