//! Twilio's REST interface, as far as recordings go: Basic authorization, parts of audio, deletion, and its bad days.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use switchboard::http::server::{self, Limits, Listening};
use switchboard::twilio::public_url::PublicBaseUrl;

use super::Twilio;

/// How it is today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// It takes the request, and says nothing.
    Silent,
    /// Too many requests.
    Busy,
    /// It fails.
    Failing,
}

/// A server on a port of this machine.
pub(crate) struct PlayedTwilio {
    pub(crate) url: PublicBaseUrl,
    desk: Arc<Mutex<Desk>>,
    _listening: Listening,
}

#[derive(Debug)]
struct Desk {
    mood: Mood,
    authorization: String,
    /// What it keeps, by the last part of the path: `RE….mp3` for audio.
    kept: BTreeMap<String, Vec<u8>>,
    /// Method, path and `Range` of each request that was let in.
    asked: Vec<String>,
}

impl PlayedTwilio {
    /// With one account.
    pub(crate) fn start(account: &Twilio) -> Self {
        let secret = format!("{}:{}", account.sid(), account.token().reveal());
        let authorization = format!("Basic {}", STANDARD.encode(secret));
        let desk = Desk { mood: Mood::Well, authorization, kept: BTreeMap::new(), asked: Vec::new() };
        let desk = Arc::new(Mutex::new(desk));
        let listener = server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = PublicBaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let router = Router::new()
            .route("/2010-04-01/Accounts/{account}/{things}/{thing}", any(answer))
            .with_state(Arc::clone(&desk));
        let listening = Listening::start(listener, router, &Limits::default()).unwrap();
        Self { url, desk, _listening: listening }
    }

    pub(crate) fn keeps(&self, sid: &str, audio: &[u8]) {
        self.desk.lock().unwrap().kept.insert(sid.to_owned(), audio.to_vec());
    }

    pub(crate) fn is(&self, mood: Mood) {
        self.desk.lock().unwrap().mood = mood;
    }

    /// What it still has.
    pub(crate) fn kept(&self) -> Vec<String> {
        self.desk.lock().unwrap().kept.keys().cloned().collect()
    }

    /// What it was asked for by whoever had the token.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.desk.lock().unwrap().asked.clone()
    }
}

async fn answer(
    State(desk): State<Arc<Mutex<Desk>>>,
    Path((_, _, thing)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let mood = desk.lock().unwrap().mood;
    if mood == Mood::Silent {
        return std::future::pending().await;
    }
    let mut desk = desk.lock().unwrap();
    let header =
        |name| request.headers().get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    if header(header::AUTHORIZATION) != Some(&desk.authorization) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let range = header(header::RANGE);
    desk.asked.push(format!("{} {} {}", request.method(), request.uri(), range.unwrap_or("-")));
    match mood {
        Mood::Busy => return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")]).into_response(),
        Mood::Failing => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Mood::Well | Mood::Silent => {}
    }
    let sid = thing.split('.').next().unwrap();
    if *request.method() == Method::DELETE {
        let was_there = desk.kept.remove(sid).is_some();
        return if was_there { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }.into_response();
    }
    desk.kept.get(sid).map_or_else(|| StatusCode::NOT_FOUND.into_response(), |audio| part(audio, range))
}

/// `bytes=FROM-TO` or nothing.
fn part(audio: &[u8], range: Option<&str>) -> Response {
    let whole = || {
        let headers = [("accept-ranges", "bytes"), ("etag", "\"1\""), ("content-type", "audio/mpeg")];
        (headers, audio.to_vec()).into_response()
    };
    let Some((from, to)) = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-')) else {
        return whole();
    };
    let from: usize = from.parse().unwrap();
    let to = to.parse().unwrap_or(audio.len() - 1);
    let mut headers = HeaderMap::new();
    let Some(part) = audio.get(from..=to.min(audio.len() - 1)) else {
        headers.insert(header::CONTENT_RANGE, format!("bytes */{}", audio.len()).parse().unwrap());
        return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
    };
    let told = format!("bytes {from}-{}/{}", from + part.len() - 1, audio.len());
    headers.insert(header::CONTENT_RANGE, told.parse().unwrap());
    (StatusCode::PARTIAL_CONTENT, headers, part.to_vec()).into_response()
}
