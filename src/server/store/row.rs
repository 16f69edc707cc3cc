//! From columns to the words of the domain.

use std::fmt::Display;
use std::str::FromStr;

use sqlx::any::AnyRow;
use sqlx::{Any, Decode, Row, Type};

use super::StoreError;
use crate::domain::Timestamp;

/// Reading a column by name, straight into a word of the domain.
pub trait Columns {
    /// A column as it is.
    fn plain<'r, T: Decode<'r, Any> + Type<Any>>(&'r self, column: &'static str) -> Result<T, StoreError>;

    /// A TEXT column that holds one of the domain's words.
    fn word<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<T, StoreError>;

    /// The same, where the column may be null.
    fn word_or_null<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<Option<T>, StoreError>;

    /// A BIGINT column that holds an instant.
    fn instant(&self, column: &'static str) -> Result<Timestamp, StoreError>;

    /// The same, where the column may be null.
    fn instant_or_null(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError>;

    /// A BIGINT column that holds 0 or 1.
    fn flag(&self, column: &'static str) -> Result<bool, StoreError>;
}

impl Columns for AnyRow {
    fn plain<'r, T: Decode<'r, Any> + Type<Any>>(&'r self, column: &'static str) -> Result<T, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn word<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<T, StoreError> {
        parse(self.try_get(column)?, column)
    }

    fn word_or_null<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let text: Option<&str> = self.try_get(column)?;
        text.map(|text| parse(text, column)).transpose()
    }

    fn instant(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_micros(self.try_get(column)?))
    }

    fn instant_or_null(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let micros: Option<i64> = self.try_get(column)?;
        Ok(micros.map(Timestamp::from_micros))
    }

    fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        let number: i64 = self.try_get(column)?;
        Ok(number != 0)
    }
}

fn parse<T: FromStr<Err: Display>>(text: &str, column: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|error: T::Err| StoreError::Unreadable {
        column,
        detail: error.to_string(),
    })
}

/// The first number from 1 on that none of these rows has in `column`; they come in order.
pub fn first_gap(rows: &[AnyRow], column: &'static str) -> Result<i64, StoreError> {
    let mut free = 1;
    for row in rows {
        if row.plain::<i64>(column)? != free {
            break;
        }
        free += 1;
    }
    Ok(free)
}
