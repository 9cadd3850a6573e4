//! A signed call of our own through the public URL, to the door that writes nothing.
//!
//! Promises: tells nobody there, somebody else there, our server refusing, and our server agreeing. For a refusal it signs
//! again as if for other addresses: the one that passes is the one that the server takes for its own.
//! Doesn't: prove that Twilio's network reaches the URL; a firewall may let this machine through and nobody else.

use axum::http::{HeaderName, Method, StatusCode, header};
use chrono::{DateTime, Utc};

use super::check::{Area, Check};
use super::database::skew;
use crate::cli::server_note::ServerNote;
use crate::cli::web_client::{Answer, Question, Unreachable, ask};
use crate::clock::Clock;
use crate::http::signed_check;
use crate::tenancy::account::Account;
use crate::twilio::form::FormParameters;
use crate::twilio::public_url::PublicBaseUrl;
use crate::twilio::signature::{AuthToken, SignedBody, sign};

const PATH: &str = "/twilio/check";

/// Calls each public URL; without one, the server that left a note here.
pub(super) async fn examine(
    public_urls: &[PublicBaseUrl],
    note: Option<&ServerNote>,
    accounts: &[Account],
    checks: &mut Vec<Check>,
) {
    let noted = note.and_then(|note| PublicBaseUrl::parse(&note.public_base_url).ok());
    let urls: Vec<&PublicBaseUrl> = match (public_urls, &noted) {
        ([], Some(noted)) => vec![noted],
        (urls, _) => urls.iter().collect(),
    };
    if urls.is_empty() {
        checks.push(Check::not_checked(
            Area::PublicUrl,
            "no test call: PUBLIC_BASE_URL is not set, and no server has left its address here",
        ));
        return;
    }
    let Some(account) = accounts.first() else {
        checks.push(Check::not_checked(Area::PublicUrl, "no test call: there is no account to sign it with"));
        return;
    };
    for url in urls {
        checks.extend(call(url, noted.as_ref(), account).await);
    }
}

async fn call(url: &PublicBaseUrl, noted: Option<&PublicBaseUrl>, account: &Account) -> Vec<Check> {
    let Some(token) = account.tokens.first() else { return Vec::new() };
    let answer = match post(url, url.as_str(), account, token).await {
        Ok(answer) => answer,
        Err(silence) => return vec![unreachable(url, &silence)],
    };
    let mut checks = vec![if is_refusal_of_ours(&answer) {
        refused(url, noted, account).await
    } else {
        reached(url, &answer)
    }];
    let date = DateTime::parse_from_rfc2822(answer.header(&header::DATE));
    checks.extend(
        date.ok().map(|date| skew(url.as_str(), date.with_timezone(&Utc), &Clock::System, Area::PublicUrl)),
    );
    checks
}

/// Posts to the URL what is signed as if for `signed_for`.
async fn post(
    url: &PublicBaseUrl,
    signed_for: &str,
    account: &Account,
    token: &AuthToken,
) -> Result<Answer, Unreachable> {
    let form = FormParameters::from_pairs([("AccountSid", account.sid.as_str())]);
    let signature = sign(token, &format!("{signed_for}{PATH}"), SignedBody::Form(&form));
    let question = Question {
        method: Method::POST,
        url: url.join(PATH),
        headers: vec![
            (header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8".to_owned()),
            (HeaderName::from_static("x-twilio-signature"), signature),
        ],
        body: form.encode(),
    };
    ask(&question).await
}

fn is_refusal_of_ours(answer: &Answer) -> bool {
    answer.status == StatusCode::FORBIDDEN
        && answer.body.as_ref() == b"Forbidden\n"
        && !answer.header(&HeaderName::from_static("x-request-id")).is_empty()
}

fn unreachable(url: &PublicBaseUrl, silence: &Unreachable) -> Check {
    let remedy = match silence {
        Unreachable::Url | Unreachable::Name(..) => {
            "correct the host in PUBLIC_BASE_URL, or make the name known in DNS"
        }
        Unreachable::Connection(_) if url.is_loopback() => {
            "start the server: `switchboard serve`; or set PORT and PUBLIC_BASE_URL as the running one has them"
        }
        Unreachable::Connection(_) | Unreachable::Silence(_) | Unreachable::Broken(_) => {
            "see that the tunnel, proxy or host runs, lets everybody in, and leads to this server"
        }
        Unreachable::Tls(_) => {
            "give the host a certificate of a public authority for this very name, Twilio refuses any other; where only \
             plain HTTP is spoken, put TLS in front"
        }
    };
    Check::red(Area::PublicUrl, format!("{}: {silence}", url.as_str()), remedy)
}

/// Somebody answered who did not refuse as we do.
fn reached(url: &PublicBaseUrl, answer: &Answer) -> Check {
    let (status, url) = (answer.status, url.as_str());
    let red = |what: String, remedy: &str| Check::red(Area::PublicUrl, format!("{url}: {what}"), remedy);
    let version = answer.header(&signed_check::PASSED);
    if status == StatusCode::NO_CONTENT && !version.is_empty() {
        let took = answer.took.as_millis();
        return Check::green(
            Area::PublicUrl,
            format!("{url}: a signed test call came through in {took} ms, to switchboard {version}"),
        );
    }
    match status.as_u16() {
        300..400 => red(
            format!("redirects the call (status {}); Twilio would sign the new URL", status.as_u16()),
            "set PUBLIC_BASE_URL, and the URLs in Twilio's Console, to where it redirects",
        ),
        404 => red(
            "somebody answers who does not know /twilio/check (status 404)".to_owned(),
            "see that the path arrives as it is sent: a prefix belongs into PUBLIC_BASE_URL, or the server is an older one",
        ),
        502..=504 => red(
            format!("a proxy answers, and nobody behind it (status {})", status.as_u16()),
            "start the server, and let the proxy lead to its PORT",
        ),
        _ => red(
            format!("somebody else answers (status {})", status.as_u16()),
            "let the URL lead to this server, with POST and body as they were sent",
        ),
    }
}

/// Our server says no: to the address, or to the token?
async fn refused(url: &PublicBaseUrl, noted: Option<&PublicBaseUrl>, account: &Account) -> Check {
    let ours = url.as_str();
    for address in other_addresses(ours, noted) {
        for token in &account.tokens {
            let passed = matches!(
                post(url, &address, account, token).await,
                Ok(answer) if answer.status == StatusCode::NO_CONTENT
            );
            if passed {
                return Check::red(
                    Area::PublicUrl,
                    format!("{ours}: the server refuses the call; it takes {address} for its address"),
                    format!("start the server with PUBLIC_BASE_URL={ours}, as Twilio signs it"),
                );
            }
        }
    }
    Check::red(
        Area::PublicUrl,
        format!("{ours}: the server refuses a call that is signed with a token of {}", account.sid),
        "give the server the same settings as this command, PUBLIC_BASE_URL and tokens; the log line of the refusal \
         says what it would have accepted",
    )
}

fn other_addresses(ours: &str, noted: Option<&PublicBaseUrl>) -> Vec<String> {
    let noted = noted.map(|url| url.as_str().to_owned());
    let toggled = match ours.split_once("://") {
        Some(("https", rest)) => Some(format!("http://{rest}")),
        Some(("http", rest)) => Some(format!("https://{rest}")),
        Some(_) | None => None,
    };
    noted.into_iter().chain(toggled).filter(|address| address != ours).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_scheme_and_what_the_server_noted_are_tried() {
        let noted = PublicBaseUrl::parse("https://old.example.com").unwrap();

        let others = other_addresses("https://phone.example.com", Some(&noted));

        assert_eq!(others, ["https://old.example.com", "http://phone.example.com"]);
        assert_eq!(
            other_addresses("http://a", Some(&PublicBaseUrl::parse("http://a").unwrap())),
            ["https://a"]
        );
    }
}
