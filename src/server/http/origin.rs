//! Which pages may make a browser act in a person's name: ours, and those on the allow-list.
//!
//! Browsers say from which page a request comes; programs say nothing. What is said must be right, what is
//! not said cannot be a browser tricked by a foreign page.

use axum::http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, ORIGIN};

use crate::server::config::{Config, Origin};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a socket's handshake comes from a page of ours, an allowed one, or from no page at all.
pub fn may_connect(config: &Config, headers: &HeaderMap) -> bool {
    !headers.contains_key(ORIGIN) || is_ours(config, headers)
}

/// Whether a request that changes something may be carried out.
pub fn may_change(config: &Config, headers: &HeaderMap) -> bool {
    if is_ours(config, headers) {
        return true;
    }
    // No page can add this header to a request to us: we allow no foreign page to.
    let by_program = headers.contains_key(AUTHORIZATION);
    let site = headers.get(SEC_FETCH_SITE).map(axum::http::HeaderValue::as_bytes);
    match site {
        Some(b"same-origin" | b"none") => true,
        Some(_) => by_program,
        None => by_program || !headers.contains_key(ORIGIN),
    }
}

/// Whether `Origin` names this very host, our public address or an allowed site.
fn is_ours(config: &Config, headers: &HeaderMap) -> bool {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let Some(origin) = origin.and_then(|origin| origin.parse::<Origin>().ok()) else {
        return false;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let is_this_host = host.is_some_and(|host| origin.host().eq_ignore_ascii_case(host));
    is_this_host || origin == config.public_origin() || config.allowed_origins.contains(&origin)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Settings {
        #[command(flatten)]
        config: Config,
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair =
            |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().unwrap());
        pairs.iter().map(pair).collect()
    }

    fn config() -> Config {
        let allowed = "--allowed-origins=https://kiosk.example.org";
        Settings::parse_from(["voltbay", "--public-url=https://swap.example.org", allowed]).config
    }

    #[test]
    fn a_change_is_made_from_our_pages_and_by_programs_only() {
        let host = ("host", "127.0.0.1:3000");
        let table: [(bool, &[(&'static str, &str)]); 12] = [
            (true, &[]),
            (true, &[("origin", "http://127.0.0.1:3000")]),
            (
                true,
                &[
                    ("origin", "https://swap.example.org"),
                    ("sec-fetch-site", "same-site"),
                ],
            ),
            (
                true,
                &[
                    ("origin", "https://kiosk.example.org"),
                    ("sec-fetch-site", "cross-site"),
                ],
            ),
            (true, &[("sec-fetch-site", "same-origin")]),
            (true, &[("sec-fetch-site", "none")]),
            (
                true,
                &[
                    ("origin", "https://evil.example.org"),
                    ("authorization", "Bearer x"),
                ],
            ),
            (false, &[("origin", "https://evil.example.org")]),
            (false, &[("origin", "null")]),
            (false, &[("origin", "https://swap.example.org.evil.example.org")]),
            (false, &[("sec-fetch-site", "cross-site")]),
            (false, &[("sec-fetch-site", "same-site")]),
        ];
        for (allowed, pairs) in table {
            let headers = headers(&[pairs, &[host]].concat());
            assert_eq!(may_change(&config(), &headers), allowed, "{pairs:?}");
        }
    }

    #[test]
    fn a_socket_is_opened_from_our_pages_and_by_programs_only() {
        let connect = |origin: &str| may_connect(&config(), &headers(&[("origin", origin), ("host", "a:1")]));
        assert!(may_connect(&config(), &HeaderMap::new()));
        assert!(connect("http://a:1"));
        assert!(connect("https://kiosk.example.org"));
        assert!(!connect("http://a:2"));
        assert!(!connect("null"));
    }
}
