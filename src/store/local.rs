//! What belongs to this node alone and never travels: sessions, invitations, doors' logins, uploads.

use rusqlite::OptionalExtension;
use rusqlite::params;

use crate::domain::ids::AccountNo;
use crate::domain::ids::BlobHash;
use crate::domain::ids::NodeId;
use crate::domain::org::CertIssue;
use crate::domain::org::Certificate;
use crate::domain::org::NodeRole;
use crate::domain::report::PhotoRef;
use crate::store::Sort;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views;
use crate::store::writing::Committed;
use crate::store::writing::Draft;

/// An invitation as stored; its token is a BLAKE3 hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Name on screens.
    pub name: String,
    /// What the node will be for.
    pub role: NodeRole,
    /// Unix ms.
    pub expires_ms: i64,
    /// Who used it.
    pub used_by: Option<NodeId>,
    /// The mailbox password that was given with it.
    pub secret: Option<Vec<u8>>,
}

/// Login of a local device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// What it logs in with.
    pub login: String,
    /// Name on screens.
    pub name: String,
    /// Unix ms.
    pub created_ms: i64,
    /// Unix ms.
    pub last_said_ms: Option<i64>,
}

impl Snapshot<'_> {
    /// Account and last use (Unix ms) of a session, by the hash of its token.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn session(&self, token: &[u8; 32]) -> Result<Option<(AccountNo, i64)>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT account, last_use FROM session WHERE token = ?1")?
            .query_row([token], |row| Ok((AccountNo(row.get(0)?), row.get(1)?)))
            .optional()?)
    }

    /// An invitation, by the hash of its token.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn invitation(&self, token: &[u8; 32]) -> Result<Option<Invitation>, StoreError> {
        Ok(self
            .conn
            .query_row(
                "SELECT name, role, expires, node, secret FROM invitation WHERE token = ?1",
                [token],
                |row| {
                    let role: String = row.get(1)?;
                    let node: Option<Vec<u8>> = row.get(3)?;
                    Ok(Invitation {
                        name: row.get(0)?,
                        role: NodeRole::from_word(&role).unwrap_or(NodeRole::Relay),
                        expires_ms: row.get(2)?,
                        used_by: node.and_then(|id| NodeId::from_slice(&id)),
                        secret: row.get(4)?,
                    })
                },
            )
            .optional()?)
    }

    /// Hash of the password with which a node may use our door.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn mailbox_password(&self, node: NodeId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .conn
            .query_row("SELECT password FROM mailbox WHERE node = ?1", [node.0], |row| row.get(0))
            .optional()?)
    }

    /// Hash of a device's password.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn device_password(&self, login: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .conn
            .query_row("SELECT password FROM device WHERE login = ?1", [login], |row| row.get(0))
            .optional()?)
    }

    /// All devices, by login.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn devices(&self) -> Result<Vec<Device>, StoreError> {
        let mut statement = self
            .conn
            .prepare("SELECT login, name, created, last_said FROM device ORDER BY login")?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Device {
                login: row.get(0)?,
                name: row.get(1)?,
                created_ms: row.get(2)?,
                last_said_ms: row.get(3)?,
            })
        };
        Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    /// A photo that was uploaded here, and by whom.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn upload(&self, hash: BlobHash) -> Result<Option<(AccountNo, PhotoRef)>, StoreError> {
        let row: Option<(u32, Vec<u8>)> = self
            .conn
            .query_row("SELECT account, photo FROM upload WHERE hash = ?1", [hash.0], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some((account, photo)) = row else { return Ok(None) };
        let photo =
            minicbor::decode(&photo).map_err(|_undecodable| StoreError::Corrupt("upload"))?;
        Ok(Some((AccountNo(account), photo)))
    }
}

impl Store {
    /// A session begins, or is used again.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn put_session(&self, token: [u8; 32], account: AccountNo) -> Result<(), StoreError> {
        self.write(Sort::Quiet, move |writing| {
            let now = writing.life.clock.now_ms();
            writing.conn.execute(
                "INSERT INTO session (token, account, created, last_use) VALUES (?1, ?2, ?3, ?3)
                 ON CONFLICT (token) DO UPDATE SET last_use = excluded.last_use",
                params![token, account.0, now],
            )?;
            Ok(())
        })
        .await
    }

    /// A session ends. Sessions idle since before `idle_before_ms` end with it.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn drop_session(
        &self,
        token: [u8; 32],
        idle_before_ms: i64,
    ) -> Result<(), StoreError> {
        self.write(Sort::Quiet, move |writing| {
            writing.conn.execute(
                "DELETE FROM session WHERE token = ?1 OR last_use < ?2",
                params![token, idle_before_ms],
            )?;
            Ok(())
        })
        .await
    }

    /// Keeps an invitation.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn put_invitation(
        &self,
        token: [u8; 32],
        invitation: Invitation,
    ) -> Result<(), StoreError> {
        self.write(Sort::Quiet, move |writing| {
            writing.conn.execute(
                "INSERT INTO invitation (token, name, role, expires) VALUES (?1, ?2, ?3, ?4)",
                params![token, invitation.name, invitation.role.word(), invitation.expires_ms],
            )?;
            Ok(())
        })
        .await
    }

    /// Spends an invitation and writes what goes with it (`cert.issue`, `node.place`) in one transaction.
    ///
    /// # Errors
    /// What `decide` says, or [`StoreError`]; the invitation is unspent then.
    pub async fn spend_invitation<T, E>(
        &self,
        token: [u8; 32],
        node: NodeId,
        secret: Vec<u8>,
        decide: impl FnOnce(&Snapshot<'_>) -> Result<(Vec<Draft>, T), E> + Send + 'static,
    ) -> Result<(Vec<Committed>, T), E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.write(Sort::Act, move |writing| {
            let (drafts, value) = decide(&writing.snapshot())?;
            let committed =
                drafts.iter().map(|draft| writing.append(draft)).collect::<Result<_, _>>()?;
            spend(writing.conn, &token, node, &secret)?;
            Ok((committed, value))
        })
        .await
    }

    /// Lets a node use this node's door for nodes with a password.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn put_mailbox(&self, node: NodeId, secret: [u8; 32]) -> Result<(), StoreError> {
        self.write(Sort::Quiet, move |writing| {
            writing.conn.execute(
                "INSERT OR REPLACE INTO mailbox (node, password) VALUES (?1, ?2)",
                params![node.0, blake3::hash(&secret).as_bytes()],
            )?;
            Ok(())
        })
        .await
    }

    /// Trusts certificates that came with enrolment.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn trust(&self, issues: Vec<Vec<u8>>) -> Result<(), StoreError> {
        self.write(Sort::Act, move |writing| {
            for body in issues {
                let undecodable = |_error| StoreError::Corrupt("certificate of the enrolment");
                let issue: CertIssue = minicbor::decode(&body).map_err(undecodable)?;
                let certificate: Certificate =
                    minicbor::decode(&issue.certificate).map_err(undecodable)?;
                writing.conn.execute(
                    "INSERT OR REPLACE INTO trusted (node, exchange, role, name, serial, issue)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![
                        certificate.node().0,
                        certificate.exchange.0,
                        certificate.role.word(),
                        certificate.name,
                        certificate.serial,
                        body
                    ],
                )?;
            }
            Ok(())
        })
        .await
    }

    /// Keeps a device's login; another password replaces the old one.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn put_device(
        &self,
        login: String,
        name: String,
        password: [u8; 32],
    ) -> Result<(), StoreError> {
        self.write(Sort::Act, move |writing| {
            let now = writing.life.clock.now_ms();
            writing.conn.execute(
                "INSERT INTO device (login, name, password, created) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (login) DO UPDATE SET name = excluded.name, password = excluded.password",
                params![login, name, password, now],
            )?;
            Ok(())
        })
        .await
    }

    /// A device said something just now.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn device_said(&self, login: String) -> Result<(), StoreError> {
        self.write(Sort::Quiet, move |writing| {
            let now = writing.life.clock.now_ms();
            writing.conn.execute(
                "UPDATE device SET last_said = ?2 WHERE login = ?1",
                params![login, now],
            )?;
            Ok(())
        })
        .await
    }

    /// Keeps what was seen in an uploaded photo until an event names it.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn put_upload(&self, account: AccountNo, photo: PhotoRef) -> Result<(), StoreError> {
        self.write(Sort::Act, move |writing| {
            let now = writing.life.clock.now_ms();
            let bytes = minicbor::to_vec(&photo).unwrap_or_default();
            writing.conn.execute(
                "INSERT OR REPLACE INTO upload (hash, account, photo, at) VALUES (?1, ?2, ?3, ?4)",
                params![photo.original.hash.0, account.0, bytes, now],
            )?;
            Ok(())
        })
        .await
    }

    /// Digest of what every node of a room has alike: talk, bulletins, safety checks, the organisation.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn shared_digest(&self) -> Result<String, StoreError> {
        self.read(|snapshot| views::digest_of(snapshot.conn, views::SHARED)).await
    }

    /// Digest of the views, for comparing replicas.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn views_digest(&self) -> Result<String, StoreError> {
        self.read(|snapshot| views::digest(snapshot.conn)).await
    }
}

fn spend(
    conn: &rusqlite::Connection,
    token: &[u8; 32],
    node: NodeId,
    secret: &[u8],
) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE invitation SET node = ?2, secret = ?3 WHERE token = ?1",
        params![token, node.0, secret],
    )?;
    let password = blake3::hash(secret);
    conn.execute(
        "INSERT OR REPLACE INTO mailbox (node, password) VALUES (?1, ?2)",
        params![node.0, password.as_bytes()],
    )?;
    Ok(())
}
