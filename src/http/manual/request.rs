//! A request as a line of curl that somebody can paste into a shell.

use serde_json::Value;

use super::fields::bare;

/// The line of one operation; none where a signature would be needed.
pub(super) fn curl(method: &str, path: &str, operation: &Value) -> Option<String> {
    let keys = operation["security"].as_array().map(Vec::as_slice).unwrap_or_default();
    if keys.iter().any(|key| key.get("twilio_signature").is_some()) {
        return None;
    }
    let address = address(path, operation);
    let mut words = vec![if method == "GET" {
        format!("curl \"$SERVER{address}\"")
    } else {
        format!("curl -X {method} \"$SERVER{address}\"")
    }];
    if !keys.is_empty() {
        words.push("-H \"Authorization: Bearer $KEY\"".to_owned());
    }
    let body = operation.pointer("/requestBody/content/application~1json/example").and_then(Value::as_object);
    if let Some(fields) = body.filter(|fields| !fields.is_empty()) {
        words.push("-H \"Content-Type: application/json\"".to_owned());
        let json = serde_json::to_string_pretty(fields).unwrap_or_default();
        words.push(format!("-d '{}'", json.replace('\'', r"'\''")));
    }
    Some(words.join(" \\\n  "))
}

/// The path with its parameters filled in, and the tenant that an operator's key would need left to a tenant's key.
fn address(path: &str, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.filter(|parameter| parameter["in"] == "path").fold(path.to_owned(), |path, parameter| {
        let name = parameter["name"].as_str().unwrap_or_default();
        path.replace(&format!("{{{name}}}"), &bare(&parameter["example"]))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_of_curl_survives_the_shell() {
        let operation = json!({
            "security": [{ "operator_key": [] }],
            "parameters": [{ "in": "path", "name": "slug", "example": "acme" }],
            "requestBody": { "content": { "application/json": { "example": { "company_name": "Joe's" } } } },
        });

        let line = curl("PATCH", "/api/v1/tenants/{slug}", &operation).unwrap();

        assert_eq!(
            line,
            "curl -X PATCH \"$SERVER/api/v1/tenants/acme\" \\\n  -H \"Authorization: Bearer $KEY\" \\\n  \
             -H \"Content-Type: application/json\" \\\n  -d '{\n  \"company_name\": \"Joe'\\''s\"\n}'"
        );
    }
}
