//! The data directory's identity: `node.toml` (who this is) and `keys/` (0600).

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;

use crate::domain::ids::OrgId;
use crate::domain::ids::SigningPublic;
use crate::domain::org::NodeRole;
use crate::identity::keys;
use crate::identity::keys::KeyError;
use crate::identity::keys::NodeKeys;

const MAILBOX_FILE: &str = "mailbox";
/// Keys of an enrolment that has not ended.
pub const JOINING: &str = "keys-joining";

/// Why a directory is not a node's.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// Nothing there.
    #[error(
        "{0} holds no node: make a headquarters with `noroshi org init`, or enrol with `noroshi join`"
    )]
    Empty(PathBuf),
    /// There is one already.
    #[error("{0} already holds a node: choose another --data folder")]
    Taken(PathBuf),
    /// Files of something else.
    #[error("{0} is not empty and not a node's: choose another --data folder")]
    Foreign(PathBuf),
    /// `node.toml` is damaged.
    #[error("{path} is damaged ({why}): restore it from a backup")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A file can't be read or written.
    #[error("cannot use {path}: check that the folder exists and may be written")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

/// Who lives in a directory.
#[derive(Clone)]
pub struct Home {
    /// The directory.
    pub dir: PathBuf,
    /// The node's keys.
    pub keys: NodeKeys,
    /// The organisation's root key.
    pub root: SigningPublic,
    /// What the node is for.
    pub role: NodeRole,
    /// Password of its mailbox at headquarters' door.
    pub mailbox_password: [u8; 32],
    /// Headquarters' door, `host:port`.
    pub mqtt: String,
    /// Address for invitations.
    pub base_url: String,
}

#[derive(Deserialize)]
struct NodeFile {
    root: String,
    role: String,
    mqtt: String,
    base_url: String,
}

impl Home {
    /// The organisation.
    #[must_use]
    pub fn org(&self) -> OrgId {
        OrgId::of(&self.root)
    }

    /// Reads a directory.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn load(dir: &Path) -> Result<Self, HomeError> {
        let path = dir.join("node.toml");
        if !path.exists() {
            return Err(HomeError::Empty(dir.to_owned()));
        }
        let io = |source| HomeError::Io { path: path.clone(), source };
        let damaged = |why: &str| HomeError::Damaged { path: path.clone(), why: why.to_owned() };
        let text = fs::read_to_string(&path).map_err(io)?;
        let file: NodeFile = toml::from_str(&text).map_err(|error| damaged(error.message()))?;
        let root = SigningPublic::parse(&file.root).map_err(|_bad| damaged("root key"))?;
        let role = NodeRole::from_word(&file.role).ok_or_else(|| damaged("role"))?;
        let keys_dir = dir.join("keys");
        Ok(Self {
            dir: dir.to_owned(),
            keys: NodeKeys::load(&keys_dir)?,
            root,
            role,
            mailbox_password: keys::read_secret(&keys_dir.join(MAILBOX_FILE))?,
            mqtt: file.mqtt,
            base_url: file.base_url,
        })
    }

    /// Is the directory fit for a new node: absent, or empty but for settings and lock?
    ///
    /// # Errors
    /// [`HomeError::Taken`], [`HomeError::Foreign`].
    pub fn check_free(dir: &Path) -> Result<(), HomeError> {
        if dir.join(JOINING).exists() {
            // An enrolment that broke off: it may be taken up again.
            return Ok(());
        }
        if dir.join("node.toml").exists() {
            return Err(HomeError::Taken(dir.to_owned()));
        }
        let Ok(entries) = fs::read_dir(dir) else { return Ok(()) };
        let ours = ["noroshi.toml", "LOCK", "lost+found"];
        let foreign = entries
            .filter_map(Result::ok)
            .any(|entry| !ours.iter().any(|name| entry.file_name() == *name));
        if foreign { Err(HomeError::Foreign(dir.to_owned())) } else { Ok(()) }
    }

    /// Removes what an enrolment left that broke off after its answer came; nothing was written there yet.
    ///
    /// # Errors
    /// [`HomeError::Io`].
    pub fn forget_half_made(dir: &Path) -> Result<(), HomeError> {
        if !dir.join(JOINING).exists() {
            return Ok(());
        }
        let io = |source| HomeError::Io { path: dir.to_owned(), source };
        for name in ["keys", "blobs", "tmp"] {
            let path = dir.join(name);
            if path.exists() {
                fs::remove_dir_all(path).map_err(io)?;
            }
        }
        let files =
            ["node.toml", "node.toml.part", "noroshi.db", "noroshi.db-wal", "noroshi.db-shm"];
        for name in files {
            let path = dir.join(name);
            if path.exists() {
                fs::remove_file(path).map_err(io)?;
            }
        }
        Ok(())
    }

    /// Writes keys and `node.toml`; the latter last, so that a half-made directory is no node.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn save(&self) -> Result<(), HomeError> {
        Self::check_free(&self.dir)?;
        let io = |source| HomeError::Io { path: self.dir.clone(), source };
        fs::create_dir_all(&self.dir).map_err(io)?;
        let keys_dir = self.dir.join("keys");
        self.keys.save(&keys_dir)?;
        keys::write_secret(&keys_dir.join(MAILBOX_FILE), &self.mailbox_password)?;
        let text = format!(
            "# Who this node is; made by `noroshi org init` or `noroshi join`. The keys lie in keys/.\n\
             root = {:?}\nrole = {:?}\nmqtt = {:?}\nbase_url = {:?}\n",
            self.root.to_string(),
            self.role.word(),
            self.mqtt,
            self.base_url
        );
        let path = self.dir.join("node.toml");
        let partial = self.dir.join("node.toml.part");
        fs::write(&partial, text).map_err(io)?;
        fs::File::open(&partial).and_then(|file| file.sync_all()).map_err(io)?;
        fs::rename(&partial, &path).map_err(io)?;
        fs::File::open(&self.dir).and_then(|folder| folder.sync_all()).map_err(io)
    }
}
