//! Passwords, kept as argon2id hashes (OWASP's parameters: 19 MiB, two passes, one lane).
//!
//! A hash takes a core for some 20 ms on purpose, so hashing happens on the blocking threads and never on
//! more of them than there are cores: a burst of sign-ins queues up and leaves everybody else alone.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};
use tokio::sync::Semaphore;

use crate::domain::{Password, Problem};

/// Somebody nobody knows is checked against this, so that the answer takes as long as for a known address.
static DECOY: LazyLock<Option<String>> = LazyLock::new(|| hash_now("nobody has this password").ok());

/// Hashes and checks passwords, at most one per core at a time.
pub struct Passwords {
    cores: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            cores: Semaphore::new(cores),
        }
    }
}

impl Passwords {
    /// The hash to store.
    pub async fn hash(&self, password: Password) -> Result<String, Problem> {
        self.on_a_core(move || hash_now(password.as_str())).await?
    }

    /// Whether `typed` is the password with the hash `stored`; takes as long when there is none.
    pub async fn is_right(&self, typed: String, stored: Option<String>) -> Result<bool, Problem> {
        self.on_a_core(move || match (stored, DECOY.as_deref()) {
            (Some(stored), _) => is_right_now(&typed, &stored),
            (None, Some(decoy)) => {
                is_right_now(&typed, decoy);
                false
            }
            (None, None) => false,
        })
        .await
    }

    async fn on_a_core<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let Ok(_core) = self.cores.acquire().await else {
            return Err(Problem::Unavailable);
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| Problem::Internal)
    }
}

/// The hash to store, at once and on this thread: for the command line.
pub fn hash_now(password: &str) -> Result<String, Problem> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|_| Problem::Internal)
}

fn is_right_now(typed: &str, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|stored| {
        Argon2::default()
            .verify_password(typed.as_bytes(), &stored)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_is_right() {
        let passwords = Passwords::default();
        let stored = passwords.hash("a long password".parse().unwrap()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let is_right = async |typed: &str| {
            passwords
                .is_right(typed.to_owned(), Some(stored.clone()))
                .await
                .unwrap()
        };
        assert!(is_right("a long password").await);
        assert!(!is_right("a long passwore").await);
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Passwords::default();
        let typed = "nobody has this password".to_owned();
        assert_eq!(passwords.is_right(typed, None).await, Ok(false));
    }
}
