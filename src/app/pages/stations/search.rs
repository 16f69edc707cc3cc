//! A search and its address: the query of the page says everything, so that it can be shared, reloaded and
//! used without scripts.

use leptos_router::params::ParamsMap;

use crate::app::calls::stations::Search;

/// What the query asks for.
pub fn read(query: &ParamsMap) -> Search {
    let text = |name| query.get(name).filter(|value| !value.is_empty());
    Search {
        q: text("q").unwrap_or_default(),
        near: text("near"),
        model: text("model").and_then(|model| model.parse().ok()),
        vehicle_type: text("vehicle_type").and_then(|id| id.parse().ok()),
        ready: text("ready").is_some(),
        cursor: text("cursor"),
    }
}

/// The address of the first page of a search.
pub fn address(search: &Search) -> String {
    let mut query = ParamsMap::new();
    if !search.q.is_empty() {
        query.insert("q", search.q.clone());
    }
    if let Some(near) = &search.near {
        query.insert("near", near.clone());
    }
    if let Some(model) = search.model {
        query.insert("model", model.to_string());
    }
    if let Some(vehicle_type) = search.vehicle_type {
        query.insert("vehicle_type", vehicle_type.to_string());
    }
    if search.ready {
        query.insert("ready", "1".to_owned());
    }
    if let Some(cursor) = &search.cursor {
        query.insert("cursor", cursor.clone());
    }
    format!("/{}", query.to_query_string())
}

/// Something narrows the list.
pub fn is_narrow(search: &Search) -> bool {
    !search.q.is_empty() || search.model.is_some() || search.vehicle_type.is_some() || search.ready
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_and_its_address_belong_together() {
        let search = Search {
            q: "M G & Road".into(),
            near: Some("9.97,76.28".into()),
            model: Some(2),
            vehicle_type: None,
            ready: true,
            cursor: None,
        };
        let address = address(&search);
        assert!(address.starts_with("/?"), "{address}");
        assert!(!address.contains(' ') && !address.contains("& "), "{address}");
    }

    #[test]
    fn nothing_asked_is_the_bare_address() {
        assert_eq!(address(&Search::default()), "/");
        assert!(!is_narrow(&Search::default()));
    }
}
