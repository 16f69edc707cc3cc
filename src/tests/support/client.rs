//! A client of the API, small on purpose: it writes what it is told to the wire, sensible or not, and reads
//! what comes back.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Somebody who sends requests: nobody in particular, or with a session.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    request: String,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            headers: Vec::new(),
        }
    }

    /// The same client, sending one more header.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// The same client, signed in by this token.
    pub fn signed_in(&self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    /// A POST without a body.
    pub async fn act(&self, path: &str) -> Answer {
        self.send("POST", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(&body.to_string())).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(&body.to_string())).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    /// Sends a request; a body goes out as JSON unless the client has a content type of its own.
    pub async fn send(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let request = self.written(method, path, body);
        let answer = self.raw(request.as_bytes()).await;
        Answer::read(&answer, format!("{method} {path} {}", body.unwrap_or_default()))
    }

    fn written(&self, method: &str, path: &str, body: Option<&str>) -> String {
        use std::fmt::Write;
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
            self.address
        );
        for (name, value) in &self.headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        if let Some(body) = body {
            let has_type = self.headers.iter().any(|(name, _)| name == "content-type");
            let content_type = if has_type {
                ""
            } else {
                "content-type: application/json\r\n"
            };
            write!(
                request,
                "{content_type}content-length: {}\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
        } else {
            request.push_str("\r\n");
        }
        request
    }

    /// Writes bytes to a connection of their own and reads until the server closes it.
    pub async fn raw(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A server that refuses may close before it has read everything.
        let _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        answer
    }
}

impl Answer {
    fn read(bytes: &[u8], request: String) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer to {request}: {}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            (name.to_ascii_lowercase(), value.to_owned())
        };
        let mut answer = Self {
            status,
            headers: lines.map(header).collect(),
            body: bytes[end + 4..].to_vec(),
            request,
        };
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.body = unchunked(&answer.body);
        }
        answer
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        let json = serde_json::from_slice(&self.body);
        json.unwrap_or_else(|_| panic!("{} was answered {}: {}", self.request, self.status, self.text()))
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(
            self.status,
            status,
            "{} was answered {}",
            self.request,
            self.text()
        );
        if self.body.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The body of a problem in the agreed form, of this status and code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        let request = &self.request;
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{request}"
        );
        assert_eq!(body["code"], code, "{request} was answered {body}");
        assert_eq!(body["status"], status, "{request}");
        assert_eq!(
            body["type"],
            format!("/problems/{}", code.replace('_', "-")),
            "{request}"
        );
        assert!(
            body["title"].as_str().is_some_and(|title| !title.is_empty()),
            "{request}"
        );
        assert!(
            body["detail"]
                .as_str()
                .is_some_and(|detail| detail.ends_with(['.', '!', ')'])),
            "{body}"
        );
        body
    }

    /// A problem with one field, which makes no sense.
    #[track_caller]
    pub fn wrong_field(&self, field: &str) {
        let body = self.problem(422, "invalid");
        let errors = body["errors"].as_array().unwrap();
        assert!(
            errors.iter().any(|error| error["field"] == field),
            "{} was answered {body}",
            self.request
        );
        assert!(errors.iter().all(|error| error["detail"].is_string()), "{body}");
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") {
        let length = std::str::from_utf8(&bytes[..end]).unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        if length == 0 {
            break;
        }
        body.extend_from_slice(&bytes[end + 2..end + 2 + length]);
        bytes = &bytes[end + 2 + length + 2..];
    }
    body
}
