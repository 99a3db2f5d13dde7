//! A node's secret keys and their files: one key to sign, one to open sessions.
//!
//! Each file holds 32 bytes, readable by its owner alone (0600). Losing them means enrolling anew;
//! copying them means two nodes with one name. Not here: the organisation's root beyond its file.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

use ed25519_dalek::SigningKey;
use x25519_dalek::PublicKey;
use x25519_dalek::StaticSecret;

use crate::domain::ids::ExchangePublic;
use crate::domain::ids::NodeId;
use crate::domain::ids::SigningPublic;
use crate::identity::Random;
use crate::identity::draw;

const SIGNING_FILE: &str = "signing.key";
const EXCHANGE_FILE: &str = "exchange.key";

/// Why keys can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file system said no.
    #[error("cannot use the key file {}: {source}; check that it belongs to the user who runs noroshi", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Not 32 bytes.
    #[error("the key file {} is damaged ({bytes} bytes instead of 32); restore it from a backup or enrol the node anew", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// How long it is.
        bytes: usize,
    },
    /// Others may read it.
    #[error("the key file {} can be read by others (mode {mode:o}); run chmod 600 on it and think about who could have copied it", path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

/// The two secret keys of a node. Not printable on purpose.
#[derive(Clone)]
pub struct NodeKeys {
    signing: SigningKey,
    exchange: StaticSecret,
}

impl NodeKeys {
    /// Draws new keys.
    #[must_use]
    pub fn generate(random: Random<'_>) -> Self {
        let signing = SigningKey::from_bytes(&draw(&mut *random));
        Self { signing, exchange: StaticSecret::from(draw::<32>(random)) }
    }

    /// Reads the keys from `keys/` of a data directory.
    ///
    /// # Errors
    /// [`KeyError`] when a file is missing, damaged or open to others.
    pub fn load(keys_dir: &Path) -> Result<Self, KeyError> {
        let signing = SigningKey::from_bytes(&read_secret(&keys_dir.join(SIGNING_FILE))?);
        let exchange = StaticSecret::from(read_secret(&keys_dir.join(EXCHANGE_FILE))?);
        Ok(Self { signing, exchange })
    }

    /// Writes the keys into `keys/` (made with mode 0700 if absent), synced to disk.
    ///
    /// # Errors
    /// [`KeyError::File`]; keys that are there already are never overwritten.
    pub fn save(&self, keys_dir: &Path) -> Result<(), KeyError> {
        let failed = |source| KeyError::File { path: keys_dir.to_path_buf(), source };
        fs::create_dir_all(keys_dir).map_err(failed)?;
        fs::set_permissions(keys_dir, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        write_secret(&keys_dir.join(SIGNING_FILE), &self.signing.to_bytes())?;
        write_secret(&keys_dir.join(EXCHANGE_FILE), &self.exchange.to_bytes())
    }

    /// The key that signs runs.
    #[must_use]
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The secret that opens sessions, for Noise.
    #[must_use]
    pub fn exchange_secret(&self) -> [u8; 32] {
        self.exchange.to_bytes()
    }

    /// Public half of the signing key.
    #[must_use]
    pub fn signing_public(&self) -> SigningPublic {
        public_of(&self.signing)
    }

    /// Public half of the session key.
    #[must_use]
    pub fn exchange_public(&self) -> ExchangePublic {
        ExchangePublic(PublicKey::from(&self.exchange).to_bytes())
    }

    /// The node these keys make.
    #[must_use]
    pub fn node(&self) -> NodeId {
        NodeId::of(&self.signing_public())
    }
}

/// Public half of a signing key, a node's or the root's.
#[must_use]
pub fn public_of(key: &SigningKey) -> SigningPublic {
    SigningPublic(key.verifying_key().to_bytes())
}

/// Writes 32 secret bytes into a new file with mode 0600, synced with its directory.
///
/// # Errors
/// [`KeyError::File`], also when the file exists.
pub fn write_secret(path: &Path, secret: &[u8; 32]) -> Result<(), KeyError> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(secret)?;
        file.sync_all()?;
        match path.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => File::open(dir)?.sync_all(),
            Some(_) | None => Ok(()),
        }
    };
    write().map_err(|source| KeyError::File { path: path.to_path_buf(), source })
}

/// Reads 32 secret bytes from a file that only its owner may read.
///
/// # Errors
/// [`KeyError`] when the file is missing, of another size or open to others.
pub fn read_secret(path: &Path) -> Result<[u8; 32], KeyError> {
    let failed = |source| KeyError::File { path: path.to_path_buf(), source };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed { path: path.to_path_buf(), mode });
    }
    let bytes = fs::read(path).map_err(failed)?;
    let found = bytes.len();
    <[u8; 32]>::try_from(bytes)
        .map_err(|_other_size| KeyError::Damaged { path: path.to_path_buf(), bytes: found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> impl FnMut(&mut [u8]) {
        let mut next = 0u8;
        move |bytes| {
            for byte in bytes {
                next = next.wrapping_add(1);
                *byte = next;
            }
        }
    }

    #[test]
    fn keys_come_back_from_files_that_only_their_owner_may_read() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let keys = NodeKeys::generate(&mut counting());
        keys.save(&dir.path().join("keys")).expect("the keys are written");
        let again = NodeKeys::load(&dir.path().join("keys")).expect("the keys are read");
        assert_eq!(again.node(), keys.node());
        assert_eq!(again.exchange_public(), keys.exchange_public());
        assert!(keys.save(&dir.path().join("keys")).is_err(), "keys are never overwritten");

        let file = dir.path().join("keys").join(SIGNING_FILE);
        assert_eq!(
            fs::metadata(&file).expect("the file is there").permissions().mode() & 0o777,
            0o600
        );
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("mode changed");
        let refused = NodeKeys::load(&dir.path().join("keys"));
        assert!(matches!(refused, Err(KeyError::Exposed { mode: 0o644, .. })), "an open key file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("mode changed back");
        fs::write(&file, [1, 2, 3]).expect("the file is cut short");
        let refused = NodeKeys::load(&dir.path().join("keys"));
        assert!(matches!(refused, Err(KeyError::Damaged { bytes: 3, .. })), "a damaged key file");
    }
}
