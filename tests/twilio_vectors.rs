//! Signature vectors that were run through the helper libraries of several languages: our judge agrees.

use serde_json::Value;
use switchboard::twilio::signature_check::judge_line;

const VECTORS: &str = include_str!("vectors/signature_vectors.json");

#[test]
fn every_vector_that_all_validators_must_agree_on_is_judged_as_expected() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    let binding = vectors.iter().filter(|vector| vector["tier"] != "ambiguous");

    let wrong: Vec<String> = binding
        .clone()
        .filter_map(|vector| {
            let verdict = judge_line(&vector.to_string()).unwrap();
            let expected = vector["expect"] == "valid";
            (verdict.valid != expected).then(|| format!("{}: {}", vector["name"], verdict.reason))
        })
        .collect();

    assert!(binding.count() >= 20, "the file lost vectors");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
