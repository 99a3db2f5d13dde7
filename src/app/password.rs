//! Passwords: Argon2id verifiers (19 MiB, 2 passes) and the random ones that are given out.

use std::sync::Mutex;

use argon2::Algorithm;
use argon2::Argon2;
use argon2::Block;
use argon2::Params;
use argon2::PasswordHash;
use argon2::PasswordHasher;
use argon2::Version;
use argon2::password_hash::SaltString;

use crate::app::error::AppError;

/// Memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

fn argon2() -> Argon2<'static> {
    let params = Params::new(COST.0, COST.1, COST.2, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Makes a verifier (PHC text); takes tens of milliseconds, so not on an async thread.
///
/// # Errors
/// [`AppError::BadRequest`] when the password can't be hashed.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, AppError> {
    let bad = |_unhashable| AppError::BadRequest("password");
    let salt = SaltString::encode_b64(salt).map_err(bad)?;
    Ok(argon2().hash_password(password.as_bytes(), &salt).map_err(bad)?.to_string())
}

/// Working memory of verifications: handed from one to the next, because 19 MiB freed on each of many threads
/// stay with those threads.
#[derive(Default)]
pub struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    /// Does the password fit? Takes tens of milliseconds.
    #[must_use]
    pub fn fits(&self, password: &str, verifier: &str) -> bool {
        let mut blocks = self.0.lock().ok().and_then(|mut free| free.pop()).unwrap_or_default();
        let fits = fits_in(&mut blocks, password, verifier).unwrap_or(false);
        if let Ok(mut free) = self.0.lock() {
            free.push(blocks);
        }
        fits
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
        let verifier = hash("noroshi-demo", &[7; 16]).unwrap_or_default();
        assert!(verifier.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{verifier}");
        let memory = Memory::default();
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
