//! What comes back.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, StatusCode};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Self { status: parts.status, headers: parts.headers, body }
    }

    /// A header that stands there once.
    pub(crate) fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{name} in {self:?}");
        values[0].to_str().unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The document that a caller hears, after a look at everything that Twilio needs of it.
    #[track_caller]
    pub(crate) fn twiml(&self) -> &str {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        assert_eq!(self.header("content-type"), "text/xml; charset=utf-8");
        assert_eq!(self.header("cache-control"), "no-store");
        let document = self.text();
        assert_eq!(elements(document).first().map(String::as_str), Some("Response"), "{document}");
        document
    }

    /// The problem that an API client is told, after a look at what all of them share.
    #[track_caller]
    pub(crate) fn problem(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16(), "{problem}");
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{problem}");
        problem
    }
}

/// The names of all elements, in the order of their start tags; fails where the document is not well formed.
#[track_caller]
fn elements(document: &str) -> Vec<String> {
    let mut reader = Reader::from_str(document);
    let (mut names, mut depth) = (Vec::new(), 0_u32);
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {document}")) {
            Event::Start(tag) => {
                names.push(tag.name().as_ref().to_owned());
                depth += 1;
            }
            Event::Empty(tag) => names.push(tag.name().as_ref().to_owned()),
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            Event::Text(_) | Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::GeneralRef(_) => {}
            Event::DocType(_) | Event::PI(_) => panic!("Twilio takes no such thing: {document}"),
        }
    }
    assert_eq!(depth, 0, "{document}");
    names
}
