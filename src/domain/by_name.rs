//! Structures are read from their members' names alone. serde reads them from bare lists too, which nobody sends, and
//! which is nearly as much code again for the browser to load.

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Reads a structure from an object, and from nothing else.
pub fn by_name<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(ByName(deserializer))
}

struct ByName<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ByName<D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Pack {
        serial: String,
        #[serde(default)]
        soc: Option<i64>,
    }

    fn read(text: &str) -> Result<Pack, serde_json::Error> {
        by_name(&mut serde_json::Deserializer::from_str(text))
    }

    #[test]
    fn a_structure_is_read_from_an_object_alone() {
        let pack = Pack {
            serial: "A1".to_owned(),
            soc: None,
        };
        assert_eq!(read(r#"{"serial": "A1", "note": "old"}"#).unwrap(), pack);
        assert!(read(r#"["A1", 90]"#).is_err());
        assert!(read(r#"{"soc": 90}"#).is_err(), "the serial number is missing");
    }
}
