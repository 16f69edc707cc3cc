//! Dependencies point one way. What each room may name is written down here and looked for in the sources.

use std::path::{Path, PathBuf};

/// The files under `src`, with the code in front of each file's own tests.
fn sources() -> Vec<(String, String)> {
    fn gather(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                gather(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    gather(&root, &mut files);
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let own_tests = text
            .find("\n#[cfg(test)]")
            .or_else(|| text.find("\n#[cfg(all(test"));
        let code = text[..own_tests.unwrap_or(text.len())].to_owned();
        (
            path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(),
            code,
        )
    };
    files
        .into_iter()
        .map(read)
        .filter(|(path, _)| !path.starts_with("tests/") && !path.ends_with("tests.rs"))
        .collect()
}

/// The lines of code, without comments.
fn lines(code: &str) -> impl Iterator<Item = &str> {
    code.lines().map(str::trim).filter(|line| !line.starts_with("//"))
}

/// Whether a line names this crate or module, as a path and not as a part of another word.
fn names(line: &str, word: &str) -> bool {
    let path = format!("{word}::");
    line.match_indices(&path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':')
    })
}

/// The places under `room` that name one of `words`, except in `exceptions`.
fn offenders(room: &str, words: &[&str], exceptions: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, code) in sources() {
        if !path.starts_with(room) || exceptions.iter().any(|exception| path.starts_with(exception)) {
            continue;
        }
        for line in lines(&code) {
            if let Some(word) = words.iter().find(|word| names(line, word)) {
                found.push(format!("{path} names {word}: {line}"));
            }
        }
    }
    found
}

#[track_caller]
fn never(room: &str, words: &[&str], exceptions: &[&str]) {
    let found = offenders(room, words, exceptions);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_business_names_nothing_but_itself() {
    never(
        "domain/",
        &[
            "leptos",
            "axum",
            "sqlx",
            "tokio",
            "tracing",
            "crate::server",
            "crate::protocol",
            "crate::app",
        ],
        &[],
    );
}

#[test]
fn the_wire_knows_the_business_only() {
    never(
        "protocol/",
        &["leptos", "axum", "sqlx", "tokio", "crate::server", "crate::app"],
        &[],
    );
}

#[test]
fn pages_reach_the_server_through_their_calls_only() {
    never(
        "app/",
        &["crate::server", "sqlx", "axum", "leptos_axum"],
        &["app/calls/", "app/browser.rs"],
    );
}

#[test]
fn pages_reach_the_browser_in_two_places_only() {
    never(
        "app/",
        &["web_sys", "js_sys"],
        &["app/browser", "app/live/socket.rs"],
    );
}

#[test]
fn the_store_knows_nobody_above_it() {
    let above = [
        "axum",
        "leptos",
        "leptos_axum",
        "crate::app",
        "crate::server::service",
        "crate::server::http",
    ];
    never("server/store/", &above, &[]);
}

#[test]
fn use_cases_know_neither_the_web_nor_sql() {
    never(
        "server/service/",
        &[
            "axum",
            "leptos",
            "leptos_axum",
            "sqlx",
            "crate::app",
            "crate::server::http",
        ],
        &[],
    );
}

#[test]
fn sql_is_written_in_the_store_only() {
    never("server/", &["sqlx"], &["server/store/"]);
}

#[test]
fn live_topics_know_neither_use_cases_nor_sql() {
    never(
        "server/live/",
        &["sqlx", "leptos", "crate::server::service", "crate::server::http"],
        &[],
    );
}

#[test]
fn one_file_puts_the_pages_on_the_router() {
    never("server/", &["leptos_axum", "leptos"], &["server/http/pages.rs"]);
}

#[test]
fn nobody_prints_but_the_command_line() {
    let mut found = Vec::new();
    for (path, code) in sources() {
        if path.starts_with("server/cli") {
            continue;
        }
        let prints = |line: &&str| {
            ["println!", "eprintln!", "dbg!"]
                .iter()
                .any(|word| line.contains(word))
        };
        found.extend(lines(&code).filter(prints).map(|line| format!("{path}: {line}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_is_left_to_do_and_nothing_gives_up() {
    let mut found = Vec::new();
    for (path, code) in sources() {
        let gives_up = |line: &&str| {
            ["todo!(", "unimplemented!(", ".unwrap()", "panic!(", ".expect("]
                .iter()
                .any(|word| line.contains(word))
        };
        found.extend(
            lines(&code)
                .filter(gives_up)
                .map(|line| format!("{path}: {line}")),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for_and_is_short_enough_to_read() {
    for (path, code) in sources() {
        assert!(code.starts_with("//!"), "{path} does not say what it is for");
        let length = code.lines().count();
        assert!(length <= 410, "{path} has {length} lines");
    }
}
