//! The document describes the API that there is, and changes only on purpose.

use serde_json::Value;

use crate::support::app::TestApp;

#[tokio::test]
async fn the_document_is_the_one_agreed() {
    let app = TestApp::on_sqlite().await;
    let mut document = app.client().get("/api/openapi.json").await.expect(200);
    document["info"]["version"] = "of this build".into();
    insta::assert_json_snapshot!("openapi", document);
}

#[tokio::test]
async fn every_operation_is_described_and_none_twice() {
    let app = TestApp::on_sqlite().await;
    let document = app.client().get("/api/openapi.json").await.expect(200);
    let mut names = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(
                responses.keys().any(|status| status.starts_with('2')),
                "{method} {path}"
            );
            names.push(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two operations have one id");
    assert!(count >= 30, "{count} operations");
}

#[tokio::test]
async fn every_schema_that_is_referred_to_exists() {
    let app = TestApp::on_sqlite().await;
    let document = app.client().get("/api/openapi.json").await.expect(200);
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => open.extend(fields.values()),
            Value::Array(values) => open.extend(values),
            Value::String(text) => {
                if let Some(name) = text.strip_prefix("#/components/schemas/") {
                    assert!(document["components"]["schemas"][name].is_object(), "{name}");
                }
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn it_can_be_browsed() {
    let app = TestApp::on_sqlite().await;
    let moved = app.client().get("/api/docs").await;
    assert_eq!(moved.header("location"), Some("/api/docs/"));
    let page = app.client().get("/api/docs/").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("swagger-ui"));
    let script = app.client().get("/api/docs/swagger-initializer.js").await;
    assert!(script.text().contains("/api/openapi.json"), "{}", script.text());
}

/// The path with a star for everything that differs from one thing to the next.
fn pattern(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let is_a_thing = |part: &str| {
        part.starts_with('{')
            || part.chars().all(|c| c.is_ascii_digit())
            || (part.len() == 1 && part.chars().all(|c| c.is_ascii_uppercase()))
    };
    let parts = path.split('/').map(|part| {
        if !part.is_empty() && is_a_thing(part) {
            "*"
        } else {
            part
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_body_is_described() {
    let app = TestApp::on_sqlite().await;
    let document = app.client().get("/api/openapi.json").await.expect(200);
    let paths = document["paths"].as_object().unwrap();
    for (method, path, body, _) in crate::http::routes() {
        if body.is_none() {
            continue;
        }
        let found = paths.iter().find(|(known, _)| pattern(known) == pattern(path));
        let (_, methods) = found.unwrap_or_else(|| panic!("{path} is not in the document"));
        let described = &methods[method.to_ascii_lowercase()]["requestBody"];
        assert!(described.is_object(), "{method} {path} says nothing of its body");
    }
}
