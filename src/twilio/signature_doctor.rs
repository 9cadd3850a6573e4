//! The signature doctor: why the signature of a refused request does not fit, and the one thing to change.
//!
//! Promises: it only explains. What it returns is a sentence and never an acceptance, and it says that a variant fits only
//! where one of the given tokens really made the signature over that variant. At most [`MOST_TRIALS`] HMACs; no token, no
//! signature, no value of a query or form in any sentence.
//! Doesn't: believe a header. `Host` and `X-Forwarded-*` are guesses to try out here, and nowhere else.

mod addresses;
mod diagnosis;
mod forms;
mod observed;
mod targets;

use std::collections::BTreeSet;

pub use diagnosis::{
    AddressSource, Diagnosis, Finding, FormChange, Likely, QueryChange, SlashChange, TokenFault, TokenOwner,
};
pub use observed::Observed;

use self::forms::SignedForm;
use super::form::FormParameters;
use super::public_url::RETRIES;
use super::signature::{AuthToken, SignedBody, candidate_urls, verify};
use super::url_parts::UrlParts;

/// HMACs that one diagnosis may cost: well below a millisecond.
pub const MOST_TRIALS: usize = 200;
/// Twilio's largest webhook is smaller. Of a larger request each trial would cost whoever must answer calls meanwhile.
const MOST_BYTES: usize = 16 * 1024;
/// Twilio sends about 30.
const MOST_FIELDS: usize = 256;
/// Tokens of other accounts that are tried.
const MOST_OTHER_TOKENS: usize = 24;
/// URLs that Twilio may make of one, tried for each change of query, form or token: as it is, and with its port changed.
const SPELLINGS: usize = 2;

/// What it can always be, likeliest first.
const CAUSES: [Likely; 3] = [Likely::OldToken, Likely::ChangedOnTheWay, Likely::Forged];

/// A request that was refused.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// What we take for our address: a scheme, a host, maybe a port, maybe a prefix. Several while a domain moves.
    pub addresses: &'a [&'a str],
    /// Where the address comes from: decides how the sentence calls it.
    pub source: AddressSource,
    /// Path and query as they were received.
    pub path_and_query: &'a str,
    /// The form, if there was one. Of any other body nothing but the URL is signed.
    pub form: Option<&'a FormParameters>,
    /// The value of `X-Twilio-Signature`.
    pub signature: &'a str,
    /// Guesses.
    pub observed: Observed<'a>,
}

/// A token that was not accepted for this request.
#[derive(Clone, Debug)]
pub struct OtherToken<'a> {
    /// The token.
    pub token: &'a AuthToken,
    /// Whose it is.
    pub owner: TokenOwner,
}

/// Tries variants of the request, and names the one that would have matched; else what is likeliest.
///
/// `own` are the tokens that the request was checked with, `others` further ones at hand.
#[must_use]
pub fn diagnose(refused: &Refused<'_>, own: &[&AuthToken], others: &[OtherToken<'_>]) -> Diagnosis {
    if !is_of_twilios_size(refused) {
        return Diagnosis::NotFound(likely(refused));
    }
    let mut search = Search { refused, own, left: MOST_TRIALS };
    let found = refused.addresses.iter().find_map(|address| search.at(address, others));
    found.map_or_else(|| Diagnosis::NotFound(likely(refused)), Diagnosis::Found)
}

fn is_of_twilios_size(refused: &Refused<'_>) -> bool {
    let fields = refused.form.map_or(0, FormParameters::len);
    let pairs = refused.form.into_iter().flat_map(FormParameters::iter);
    let bytes: usize = pairs.map(|(name, value)| name.len() + value.len()).sum();
    fields <= MOST_FIELDS && refused.path_and_query.len() + bytes <= MOST_BYTES
}

/// What remains where no variant fits, likeliest first.
fn likely(refused: &Refused<'_>) -> Vec<Likely> {
    let hosts =
        refused.addresses.iter().filter_map(|address| UrlParts::split(address)).map(|parts| parts.host);
    let hosts: BTreeSet<String> = hosts.map(str::to_ascii_lowercase).collect();
    let came_for = refused.observed.host.map(|host| addresses::without_port(host).to_ascii_lowercase());
    let elsewhere = came_for.is_some_and(|host| !hosts.contains(&host)).then_some(Likely::OtherHost);
    elsewhere.into_iter().chain(CAUSES).collect()
}

/// The doctor's word on a whole URL, as a person gives it to be judged.
#[must_use]
pub fn diagnose_url(
    url: &str,
    form: Option<&FormParameters>,
    signature: &str,
    own: &[&AuthToken],
    others: &[OtherToken<'_>],
) -> Diagnosis {
    let (sent, fragment) = url.split_once('#').map_or((url, None), |(sent, fragment)| (sent, Some(fragment)));
    let Some(parts) = UrlParts::split(sent) else { return Diagnosis::NotFound(CAUSES.to_vec()) };
    let address = UrlParts { userinfo: None, rest: "", ..parts }.join();
    let refused = Refused {
        addresses: &[&address],
        source: AddressSource::Line,
        path_and_query: parts.rest,
        form,
        signature,
        observed: Observed { userinfo: parts.userinfo, fragment, ..Observed::default() },
    };
    diagnose(&refused, own, others)
}

/// What is left to try.
struct Search<'a> {
    refused: &'a Refused<'a>,
    own: &'a [&'a AuthToken],
    left: usize,
}

impl<'a> Search<'a> {
    /// The first variant below this address that fits.
    fn at(&mut self, address: &str, others: &[OtherToken<'_>]) -> Option<Finding> {
        self.address(address)
            .or_else(|| self.other_token(address, others))
            .or_else(|| self.target(address))
            .or_else(|| self.form(address))
            .or_else(|| self.odd_url(address))
            .or_else(|| self.odd_token(address))
    }

    fn address(&mut self, ours: &str) -> Option<Finding> {
        let refused = self.refused;
        let signed = addresses::variants(ours, &refused.observed)
            .into_iter()
            .find(|variant| self.own_fits(&join(variant, refused.path_and_query), self.as_sent()))?;
        Some(Finding::Address { source: refused.source, ours: ours.to_owned(), signed })
    }

    fn other_token(&mut self, address: &str, others: &[OtherToken<'_>]) -> Option<Finding> {
        let urls = spellings(address, self.refused.path_and_query);
        let mut others = others.iter().take(MOST_OTHER_TOKENS);
        let other =
            others.find(|other| urls.iter().any(|url| self.fits(&[other.token], url, self.as_sent())))?;
        Some(Finding::Token(TokenFault::Other(other.owner.clone())))
    }

    fn target(&mut self, address: &str) -> Option<Finding> {
        let found = targets::variants(self.refused.path_and_query).into_iter().find(|(_, target)| {
            let urls = spellings(address, target);
            urls.iter().any(|url| self.own_fits(url, self.as_sent()))
        });
        found.map(|(finding, _)| finding)
    }

    fn form(&mut self, address: &str) -> Option<Finding> {
        let form = self.refused.form?;
        let urls = spellings(address, self.refused.path_and_query);
        let found = forms::variants(form).into_iter().find(|(_, signed)| {
            urls.iter().any(|url| match signed {
                SignedForm::Sorted(form) => self.own_fits(url, SignedBody::Form(form)),
                SignedForm::AsText(text) => self.own_fits(&format!("{url}{text}"), SignedBody::Nothing),
            })
        });
        found.map(|(change, _)| Finding::Form(change))
    }

    /// With what Twilio leaves out: the fragment, a user name and password.
    fn odd_url(&mut self, address: &str) -> Option<Finding> {
        let refused = self.refused;
        let urls = spellings(address, refused.path_and_query);
        let fragments = refused.observed.fragment.into_iter().chain([RETRIES.trim_start_matches('#')]);
        let mut with_fragment =
            fragments.flat_map(|fragment| urls.iter().map(move |url| format!("{url}#{fragment}")));
        if with_fragment.any(|url| self.own_fits(&url, self.as_sent())) {
            return Some(Finding::Fragment);
        }
        let userinfo = refused.observed.userinfo?;
        let with_userinfo = |url: &String| {
            UrlParts::split(url).map(|parts| UrlParts { userinfo: Some(userinfo), ..parts }.join())
        };
        urls.iter()
            .filter_map(with_userinfo)
            .any(|url| self.own_fits(&url, self.as_sent()))
            .then_some(Finding::Userinfo)
    }

    /// A token as people copy it: with white space or quotation marks.
    fn odd_token(&mut self, address: &str) -> Option<Finding> {
        let urls = spellings(address, self.refused.path_and_query);
        let reshaped: Vec<AuthToken> = self.own.iter().flat_map(|token| reshaped(token)).collect();
        reshaped
            .iter()
            .any(|token| urls.iter().any(|url| self.fits(&[token], url, self.as_sent())))
            .then_some(Finding::Token(TokenFault::Misshapen))
    }

    fn as_sent(&self) -> SignedBody<'a> {
        self.refused.form.map_or(SignedBody::Nothing, SignedBody::Form)
    }

    fn own_fits(&mut self, url: &str, body: SignedBody<'_>) -> bool {
        let own = self.own;
        self.fits(own, url, body)
    }

    fn fits(&mut self, tokens: &[&AuthToken], url: &str, body: SignedBody<'_>) -> bool {
        tokens.iter().any(|token| {
            let may_try = self.left > 0;
            self.left = self.left.saturating_sub(1);
            may_try && verify(&[token], &[url.to_owned()], body, self.refused.signature).is_ok()
        })
    }
}

/// How Twilio may write the URL of a target below an address.
fn spellings(address: &str, target: &str) -> Vec<String> {
    candidate_urls(&join(address, target)).into_iter().take(SPELLINGS).collect()
}

/// The URL of a target below an address.
fn join(address: &str, target: &str) -> String {
    format!("{address}{target}")
}

fn reshaped(token: &AuthToken) -> Vec<AuthToken> {
    let text = token.reveal();
    let quotes = ['"', '\''];
    let texts = [
        text.trim().trim_matches(quotes).to_owned(),
        format!("{text}\n"),
        format!("{text}\r\n"),
        format!("{text} "),
        format!("\"{text}\""),
    ];
    let texts = texts.map(zeroize::Zeroizing::new);
    let other = texts.iter().filter(|reshaped| reshaped.as_str() != text);
    other.filter_map(|reshaped| AuthToken::parse(reshaped).ok()).collect()
}

#[cfg(test)]
mod tests;
