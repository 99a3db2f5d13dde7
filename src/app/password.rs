//! Passwords: Argon2id verifiers (19 MiB, 2 passes) and the random ones that are given out.

use argon2::Algorithm;
use argon2::Argon2;
use argon2::Params;
use argon2::PasswordHash;
use argon2::PasswordHasher;
use argon2::PasswordVerifier;
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

/// Does the password fit? Takes tens of milliseconds.
#[must_use]
pub fn fits(password: &str, verifier: &str) -> bool {
    PasswordHash::new(verifier)
        .is_ok_and(|parsed| argon2().verify_password(password.as_bytes(), &parsed).is_ok())
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
