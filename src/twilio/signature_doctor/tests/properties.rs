//! Whatever comes: what is named is what was signed.

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever stands in a request, a signature that none of the tokens at hand made is never explained by a variant.
    #[test]
    fn a_variant_is_never_named_without_a_token_that_signed_it(
        path in "/[a-z/]{0,12}", query in proptest::option::of("[a-z0-9=&+%']{0,16}"),
        pairs: Vec<(String, String)>, signed_path in "/[a-z/]{0,12}",
        host in proptest::option::of("[a-z.:0-9]{0,12}"),
    ) {
        let form = FormParameters::from_pairs(pairs);
        let target = query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
        let forged = sign(&token("not at hand"), &format!("{OURS}{signed_path}"), SignedBody::Form(&form));
        let refused = Refused {
            addresses: &[OURS],
            source: AddressSource::Setting,
            path_and_query: &target,
            form: Some(&form),
            signature: &forged,
            observed: Observed { host: host.as_deref(), ..Observed::default() },
        };
        let diagnosis = diagnose(&refused, &[&token("secret")], &[]);
        prop_assert!(matches!(diagnosis, Diagnosis::NotFound(_)), "{diagnosis}");
    }

    /// An address is named only if the request, checked over that very address, is genuine.
    #[test]
    fn an_address_that_is_named_makes_the_request_genuine(
        signed_host in "[a-z]{1,3}\\.example", seen_host in "[a-z]{1,3}\\.example", scheme in "https?",
        port in proptest::option::of(1_u16..9999), pairs: Vec<(String, String)>,
    ) {
        let form = FormParameters::from_pairs(pairs);
        let own = token("secret");
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let url = format!("{scheme}://{signed_host}{port}{PATH}");
        let signature = sign(&own, &url, SignedBody::Form(&form));
        let refused = Refused {
            addresses: &["https://a.example:8080"],
            source: AddressSource::Setting,
            path_and_query: PATH,
            form: Some(&form),
            signature: &signature,
            observed: Observed { host: Some(&seen_host), ..Observed::default() },
        };
        if let Diagnosis::Found(Finding::Address { signed, .. }) = diagnose(&refused, &[&own], &[]) {
            let urls = candidate_urls(&format!("{signed}{PATH}"));
            prop_assert!(verify(&[&own], &urls, SignedBody::Form(&form), &signature).is_ok());
        }
    }

    /// A change of path or query is named only if the request, with that very change, is genuine.
    #[test]
    fn a_target_that_is_named_makes_the_request_genuine(
        received in "(/[a-z]{1,3}){1,3}/?(\\?[abc=&+%']{0,9})?", signed in "(/[a-z]{1,3}){1,3}/?(\\?[abc=&+%']{0,9})?",
        choice in 0_usize..40, pairs: Vec<(String, String)>,
    ) {
        let form = FormParameters::from_pairs(pairs);
        let own = token("secret");
        let variants = targets::variants(&received);
        // Mostly one of the variants, so that something is found; else anything.
        let signed = variants.get(choice).map_or(signed, |(_, target)| target.clone());
        let signature = sign(&own, &format!("{OURS}{signed}"), SignedBody::Form(&form));
        let diagnosis = diagnose_url(&format!("{OURS}{received}"), Some(&form), &signature, &[&own], &[]);
        let is_genuine = |target: &str| {
            verify(&[&own], &candidate_urls(&format!("{OURS}{target}")), SignedBody::Form(&form), &signature).is_ok()
        };
        if let Diagnosis::Found(found @ (Finding::Slash(_) | Finding::PathGrew | Finding::Query(_))) = diagnosis {
            prop_assert!(variants.iter().any(|(finding, target)| *finding == found && is_genuine(target)));
        } else {
            prop_assert!(is_genuine(&received) || choice >= variants.len(), "{diagnosis}");
        }
    }
}
