//! Passwords: Argon2id verifiers (19 MiB, 2 passes) and the random ones that are given out.

use std::sync::Mutex;

use argon2::Algorithm;
use argon2::Argon2;
use argon2::Block;
use argon2::Params;
use argon2::PasswordHash;
use argon2::Version;
use data_encoding::BASE64_NOPAD;

use crate::app::error::AppError;

/// Memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Bytes of a verifier's hash.
const HASH_BYTES: usize = 32;

/// Working memory of verifications: handed from one to the next, because 19 MiB freed on each of many threads
/// stay with those threads.
#[derive(Default)]
pub struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    /// Makes a verifier (PHC text); takes tens of milliseconds, so not on an async thread.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] when the password can't be hashed.
    pub fn hash(&self, password: &str, salt: &[u8; 16]) -> Result<String, AppError> {
        let (memory, passes, lanes) = COST;
        let bad = |_unhashable| AppError::BadRequest("password");
        let params = Params::new(memory, passes, lanes, Some(HASH_BYTES)).map_err(bad)?;
        let mut found = [0_u8; HASH_BYTES];
        self.with(|blocks| {
            blocks.resize(params.block_count(), Block::default());
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
                password.as_bytes(),
                salt,
                &mut found,
                blocks,
            )
        })
        .map_err(bad)?;
        let text = |bytes: &[u8]| BASE64_NOPAD.encode(bytes);
        let (salt, hash) = (text(salt), text(&found));
        Ok(format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${hash}"))
    }

    /// Does the password fit? Takes tens of milliseconds.
    #[must_use]
    pub fn fits(&self, password: &str, verifier: &str) -> bool {
        self.with(|blocks| fits_in(blocks, password, verifier)).unwrap_or(false)
    }

    /// Lends a working memory.
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Block>) -> T) -> T {
        let mut blocks = self.0.lock().ok().and_then(|mut free| free.pop()).unwrap_or_default();
        let done = work(&mut blocks);
        if let Ok(mut free) = self.0.lock() {
            free.push(blocks);
        }
        done
    }
}

/// `None`: the verifier is not one of ours.
fn fits_in(blocks: &mut Vec<Block>, password: &str, verifier: &str) -> Option<bool> {
    let parsed = PasswordHash::new(verifier).ok()?;
    let params = Params::try_from(&parsed).ok()?;
    if parsed.algorithm.as_str() != "argon2id" || params.m_cost() > COST.0 {
        return None;
    }
    let mut salt = [0_u8; 64];
    let salt = parsed.salt?.decode_b64(&mut salt).ok()?;
    let expected = parsed.hash?;
    blocks.resize(params.block_count(), Block::default());
    let mut found = vec![0_u8; expected.len()];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut found, blocks)
        .ok()?;
    // blake3's comparison takes the same time whatever differs.
    Some(blake3::hash(&found) == blake3::hash(expected.as_bytes()))
}

/// A password that can be read out and typed: 12 characters without 0 O 1 I l, in groups of four.
#[must_use]
pub fn readable(random: &[u8; 12]) -> String {
    const ALPHABET: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyzA";
    let letter = |byte: &u8| {
        char::from(ALPHABET.get(usize::from(*byte) % ALPHABET.len()).copied().unwrap_or(b'2'))
    };
    let letters: Vec<char> = random.iter().map(letter).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let memory = Memory::default();
        let verifier = memory.hash("noroshi-demo", &[7; 16]).unwrap_or_default();
        assert!(verifier.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{verifier}");
        let fits = |password, verifier: &str| memory.fits(password, verifier);
        assert!(fits("noroshi-demo", &verifier));
        assert!(!fits("noroshi-dem0", &verifier));
        assert!(!fits("", &verifier));
        assert!(!fits("noroshi-demo", "not a verifier"));
    }

    #[test]
    fn given_passwords_can_be_read_out() {
        let text = readable(&[0, 1, 2, 250, 251, 252, 31, 32, 33, 99, 100, 101]);
        assert_eq!(text.len(), 14);
        assert!(!text.contains(['0', 'O', '1', 'I', 'l']), "{text}");
    }
}
