//! Paths and queries that Twilio may have signed instead of the ones that were received.

use super::diagnosis::{Finding, QueryChange, SlashChange};

/// So many parameters are put into every order; of more, a few orders are tried.
const MOST_SHUFFLED: usize = 3;

/// Path and query changed in one thing, with what the change would mean.
pub(super) fn variants(received: &str) -> Vec<(Finding, String)> {
    let (path, query) =
        received.split_once('?').map_or((received, None), |(path, query)| (path, Some(query)));
    let with_query = |path: &str| query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut variants = Vec::new();
    match path.strip_suffix('/') {
        Some(shorter) => variants.push((Finding::Slash(SlashChange::Added), with_query(shorter))),
        None => variants.push((Finding::Slash(SlashChange::Lost), with_query(&format!("{path}/")))),
    }
    let tail = path.strip_prefix('/').and_then(|path| path.split_once('/')).map(|(_, tail)| tail);
    if let Some(tail) = tail.filter(|tail| !tail.is_empty()) {
        variants.push((Finding::PathGrew, with_query(&format!("/{tail}"))));
    }
    if let Some(query) = query {
        variants.push((Finding::Query(QueryChange::Added), path.to_owned()));
        let changed = queries(query).into_iter().filter(|(_, changed)| changed != query);
        variants.extend(changed.map(|(change, query)| (Finding::Query(change), format!("{path}?{query}"))));
    }
    variants
}

fn queries(query: &str) -> Vec<(QueryChange, String)> {
    let blanks = [query.replace('+', "%20"), query.replace("%20", "+")];
    let decoded = percent_encoding::percent_decode_str(query).decode_utf8();
    let pairs = form_urlencoded::parse(query.as_bytes());
    let recoded = [
        query.replace("%27", "'"),
        query.replace('\'', "%27"),
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish(),
    ];
    let recoded = recoded.into_iter().chain(decoded.ok().map(std::borrow::Cow::into_owned));
    let orders = orders(query).into_iter().map(|query| (QueryChange::Reordered, query));
    orders
        .chain(blanks.map(|query| (QueryChange::Blanks, query)))
        .chain(recoded.map(|query| (QueryChange::Recoded, query)))
        .collect()
}

fn orders(query: &str) -> Vec<String> {
    let pieces: Vec<&str> = query.split('&').collect();
    if pieces.len() > MOST_SHUFFLED {
        let mut sorted = pieces.clone();
        sorted.sort_unstable();
        let backwards: Vec<&str> = pieces.iter().rev().copied().collect();
        return vec![sorted.join("&"), backwards.join("&")];
    }
    permutations(&pieces).into_iter().map(|pieces| pieces.join("&")).collect()
}

fn permutations<'a>(pieces: &[&'a str]) -> Vec<Vec<&'a str>> {
    if pieces.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, first) in pieces.iter().enumerate() {
        let mut rest = pieces.to_vec();
        rest.remove(index);
        all.extend(permutations(&rest).into_iter().map(|rest| [vec![*first], rest].concat()));
    }
    all
}
