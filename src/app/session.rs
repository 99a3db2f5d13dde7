//! Logging in and out: sessions are local to a node, opaque, stored hashed; wrong tries make one wait.

use std::net::IpAddr;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::error::AppError;
use crate::app::people::Directory;
use crate::app::random;
use crate::domain::access::Actor;
use crate::domain::ids::AccountNo;
use crate::domain::ids::NodeId;
use crate::domain::org::NodeRole;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::domain::text;
use crate::store::error::StoreError;

/// A session ends after so long without use: 12 hours in ms.
const IDLE_MS: i64 = 12 * 3600 * 1000;
/// Use is written down at most this often, in ms.
const TOUCH_MS: i64 = 60 * 1000;
/// Wrong tries before one has to wait.
const FREE_TRIES: u32 = 5;
/// Longest wait in minutes.
const WAIT_MINUTES_MAX: u64 = 15;
/// Pairs of account and address remembered at most.
const PAIRS_MAX: usize = 10_000;

/// Wrong tries of one account from one address.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Attempts {
    wrong: u32,
    until_ms: i64,
}

/// What is typed.
#[derive(Debug, Deserialize, ToSchema)]
pub struct LogIn {
    /// ID.
    pub login: String,
    /// Password.
    pub password: String,
    /// A program wants the token in the answer instead of a cookie.
    #[serde(default)]
    pub program: bool,
}

/// A session that began.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Session {
    /// Who one is.
    pub me: Me,
    /// For programs only.
    pub token: Option<String>,
}

/// Who one is, and where.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    /// Number of the account.
    pub account: u32,
    /// ID.
    pub login: String,
    /// Name on screens.
    pub name: String,
    /// `admin`, `publisher`, `shelter`, `field`.
    pub role: String,
    /// This node's id.
    pub node: String,
    /// Its name.
    pub node_name: String,
    /// `hq`, `shelter`, `relay`.
    pub node_role: String,
    /// Asked by safety checks.
    pub asked_safety: bool,
}

/// What anybody may know of this node.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NodeInfo {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The organisation.
    pub org_name: String,
    /// `hq`, `shelter`, `relay`.
    pub role: String,
    /// Program version.
    pub version: String,
    /// Corrected time, Unix ms.
    pub now_ms: i64,
    /// `trusted`, `holdover`, `untrusted`.
    pub clock: String,
    /// Started by `noroshi demo`.
    pub demo: bool,
    /// A drill is on.
    pub drill: bool,
    /// Languages of the interface.
    pub languages: Vec<String>,
    /// Address that works when headquarters' screens refuse plain http.
    pub secure_hint: Option<String>,
    /// Demo only: who can log in here.
    pub demo_login: Option<DemoLogin>,
}

/// Demo only: the one password and who can log in here.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DemoLogin {
    /// The same for all.
    pub password: String,
    /// Who.
    pub accounts: Vec<DemoAccount>,
}

/// Demo only: an account that can log in here.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DemoAccount {
    /// ID.
    pub login: String,
    /// Name on screens.
    pub name: String,
    /// Role.
    pub role: String,
}

/// The stream that holds the verifiers for a node.
pub(crate) fn credential_stream(node: NodeId, role: NodeRole) -> Stream {
    match role {
        NodeRole::Headquarters => Stream::cred_headquarters(),
        NodeRole::Shelter | NodeRole::Relay => Stream::of_node(Class::Cred, node),
    }
}

fn token_hash(token: &str) -> [u8; 32] {
    *blake3::hash(token.as_bytes()).as_bytes()
}

impl App {
    /// Logs in; answers with the session and its token.
    ///
    /// # Errors
    /// [`AppError::LoginFailed`], [`AppError::LoginLocked`], or the store's.
    pub async fn log_in(&self, given: LogIn, from: IpAddr) -> Result<(Session, String), AppError> {
        let login = text::login(&given.login).unwrap_or_default();
        self.may_try(&login, from)?;
        let who = self.store().who().clone();
        let wanted = login.clone();
        let found = self
            .store()
            .read(move |snapshot| {
                let Some(account) = snapshot.account_by_login(&wanted)? else { return Ok(None) };
                let stream = credential_stream(who.node, who.role).id(&who.org);
                let usable = !account.disabled && account.nodes.contains(&who.node);
                let verifier = snapshot.verifier(account.account, stream)?;
                Ok::<_, StoreError>(verifier.filter(|_| usable).map(|text| (account, text)))
            })
            .await?;
        // An unknown ID costs as much time as a wrong password.
        let verifier = found.as_ref().map_or_else(no_such_verifier, |(_, text)| text.clone());
        let fits = self.verify(given.password, verifier).await;
        let Some((account, _)) = found.filter(|_| fits) else {
            return Err(AppError::LoginFailed);
        };
        self.tried_right(&login, from);
        let token = data_encoding::BASE64URL_NOPAD.encode(&random::<32>()?);
        self.store().put_session(token_hash(&token), account.account).await?;
        let actor = self.actor_of(account.account, account.role);
        let me = self.me(&actor).await?;
        Ok((Session { me, token: given.program.then(|| token.clone()) }, token))
    }

    async fn verify(&self, password: String, verifier: String) -> bool {
        let Ok(_place) = self.inner.verifying.acquire().await else { return false };
        let memory = Arc::clone(&self.inner.memory);
        tokio::task::spawn_blocking(move || memory.fits(&password, &verifier))
            .await
            .unwrap_or(false)
    }

    fn actor_of(&self, account: AccountNo, role: crate::domain::org::Role) -> Actor {
        let who = self.store().who();
        Actor { account, role, node: who.node, node_role: who.role }
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store's.
    pub async fn log_out(&self, token: &str) -> Result<(), AppError> {
        let idle_before = self.now_ms().saturating_sub(IDLE_MS);
        Ok(self.store().drop_session(token_hash(token), idle_before).await?)
    }

    /// Who a token belongs to; `None` when it is unknown, idle for too long, or its account may no longer log
    /// in here.
    ///
    /// # Errors
    /// The store's.
    pub async fn actor(&self, token: &str) -> Result<Option<Actor>, AppError> {
        let hash = token_hash(token);
        let found = self
            .store()
            .read(move |snapshot| {
                let Some((account, last_use)) = snapshot.session(&hash)? else { return Ok(None) };
                let idle = snapshot.now_ms.saturating_sub(last_use);
                let account = snapshot.account(account)?;
                let usable =
                    account.filter(|one| !one.disabled && one.nodes.contains(&snapshot.who.node));
                Ok::<_, StoreError>(usable.filter(|_| idle < IDLE_MS).map(|one| (one, idle)))
            })
            .await?;
        let Some((account, idle)) = found else { return Ok(None) };
        if idle > TOUCH_MS {
            self.store().put_session(hash, account.account).await?;
        }
        Ok(Some(self.actor_of(account.account, account.role)))
    }

    /// Who the actor is.
    ///
    /// # Errors
    /// [`AppError::SessionEnded`] when the account is gone, or the store's.
    pub async fn me(&self, actor: &Actor) -> Result<Me, AppError> {
        let actor = actor.clone();
        self.store()
            .read(move |snapshot| {
                let directory = Directory::read(snapshot)?;
                let account = directory.account(actor.account).ok_or(AppError::SessionEnded)?;
                Ok(Me {
                    account: account.account.0,
                    login: account.login.clone(),
                    name: account.name.clone(),
                    role: account.role.word().to_owned(),
                    node: actor.node.to_string(),
                    node_name: directory.node_name(actor.node),
                    node_role: actor.node_role.word().to_owned(),
                    asked_safety: account.role.is_asked(),
                })
            })
            .await
    }

    /// How many accounts can log in here: their verifiers have come.
    ///
    /// # Errors
    /// The store's.
    pub async fn people_with_password(&self) -> Result<usize, AppError> {
        self.store()
            .read(|snapshot| {
                let who = snapshot.who;
                let stream = credential_stream(who.node, who.role).id(&who.org);
                let mut count = 0;
                for account in snapshot.accounts()? {
                    let usable = !account.disabled && account.nodes.contains(&who.node);
                    if usable && snapshot.verifier(account.account, stream)?.is_some() {
                        count += 1;
                    }
                }
                Ok(count)
            })
            .await
    }

    /// What anybody may know of this node.
    ///
    /// # Errors
    /// The store's.
    pub async fn node_info(&self) -> Result<NodeInfo, AppError> {
        let demo = self.parts().demo.as_ref().map(|demo| demo.password.clone());
        let (clock, version) = (self.store().clock_state(), env!("CARGO_PKG_VERSION").to_owned());
        self.store()
            .read(move |snapshot| {
                let directory = Directory::read(snapshot)?;
                let who = snapshot.who;
                let accounts = directory.people_of(who.node).map(|account| DemoAccount {
                    login: account.login.clone(),
                    name: account.name.clone(),
                    role: account.role.word().to_owned(),
                });
                Ok(NodeInfo {
                    id: who.node.to_string(),
                    name: directory.node_name(who.node),
                    org_name: snapshot.setting("name")?.unwrap_or_default(),
                    role: who.role.word().to_owned(),
                    version,
                    now_ms: snapshot.now_ms,
                    clock: clock.word().to_owned(),
                    demo: demo.is_some(),
                    drill: false,
                    languages: vec!["ja".to_owned(), "en".to_owned()],
                    secure_hint: None,
                    demo_login: demo
                        .map(|password| DemoLogin { password, accounts: accounts.collect() }),
                })
            })
            .await
    }

    /// Counts the try as wrong until it proves right: many at once get no more tries than one after the other.
    fn may_try(&self, login: &str, from: IpAddr) -> Result<(), AppError> {
        let now = self.now_ms();
        let Ok(mut attempts) = self.inner.attempts.lock() else { return Ok(()) };
        let pair = (login.to_owned(), from);
        let until = attempts.get(&pair).map_or(0, |tries| tries.until_ms);
        let minutes = u64::try_from(until.saturating_sub(now)).unwrap_or(0).div_ceil(60_000);
        if minutes > 0 {
            return Err(AppError::LoginLocked { minutes });
        }
        if attempts.len() >= PAIRS_MAX && !attempts.contains_key(&pair) {
            // Whoever floods must not make the memory grow, nor get tries that nobody counts.
            attempts.retain(|_, tries| tries.until_ms > now);
            if attempts.len() >= PAIRS_MAX {
                return Err(AppError::LoginLocked { minutes: 1 });
            }
        }
        let tries = attempts.entry(pair).or_default();
        tries.wrong = tries.wrong.saturating_add(1);
        if let Some(over) = tries.wrong.checked_sub(FREE_TRIES) {
            let wait = 1_u64.checked_shl(over).unwrap_or(u64::MAX).min(WAIT_MINUTES_MAX);
            tries.until_ms =
                now.saturating_add(i64::try_from(wait.saturating_mul(60_000)).unwrap_or(0));
        }
        Ok(())
    }

    fn tried_right(&self, login: &str, from: IpAddr) {
        if let Ok(mut attempts) = self.inner.attempts.lock() {
            attempts.remove(&(login.to_owned(), from));
        }
    }
}

/// A verifier that nothing fits, as expensive as a real one.
fn no_such_verifier() -> String {
    let salt = "bm9yb3NoaS1ub2JvZHk";
    let hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${hash}")
}
