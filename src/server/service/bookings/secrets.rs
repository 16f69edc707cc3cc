//! The code and the PIN of a booking.

use rand::RngExt;

use crate::domain::StationId;
use crate::server::store::{Failure, Tx, bookings as rows};

/// Letters and digits that cannot be mistaken for each other, read or said.
const CODE_LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// A code and a PIN that no active booking of the station has.
pub(super) async fn unused_secrets(tx: &mut Tx<'_>, station: StationId) -> Result<(String, String), Failure> {
    loop {
        let (code, pin) = secrets();
        let is_taken = rows::is_code_taken(tx.connection(), station, &code, &pin).await?;
        if !is_taken {
            return Ok((code, pin));
        }
    }
}

fn secrets() -> (String, String) {
    let pin = format!("{:04}", rand::rng().random_range(0..10_000));
    (random_code(6), pin)
}

/// So many letters and digits that cannot be mistaken for each other.
pub(in crate::server::service) fn random_code(length: usize) -> String {
    let mut random = rand::rng();
    let letter = |_| char::from(CODE_LETTERS[random.random_range(0..CODE_LETTERS.len())]);
    (0..length).map(letter).collect()
}
