//! Administration: accounts, passwords, devices, invitations, and nodes that join.

mod shapes;

use crate::app::App;
use crate::app::author;
use crate::app::bulletin::ClientIdOnly;
use crate::app::error::AppError;
use crate::app::error::Language;
use crate::app::fresh_client_id;
use crate::app::password;
use crate::app::people;
use crate::app::people::Directory;
use crate::app::random;
use crate::app::session::credential_stream;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::event::chain;
use crate::domain::event::kind::Kind;
use crate::domain::ids::AccountNo;
use crate::domain::ids::ClientId;
use crate::domain::ids::NodeId;
use crate::domain::org::AccountContact;
use crate::domain::org::AccountCredential;
use crate::domain::org::AccountDisable;
use crate::domain::org::AccountPut;
use crate::domain::org::CertIssue;
use crate::domain::org::Certificate;
use crate::domain::org::NodePlace;
use crate::domain::org::NodeRole;
use crate::domain::org::Role;
use crate::domain::stream::Stream;
use crate::domain::text;
use crate::domain::time;
use crate::identity::certificate;
use crate::identity::join::Asked;
use crate::identity::join::JoinGrant;
use crate::identity::ticket::Ticket;
use crate::identity::ticket::Token;
use crate::store::Draft;
use crate::store::local::Invitation;
use crate::store::snapshot::Snapshot;

pub use crate::app::org::shapes::*;

/// How long a ticket is good: 7 days in ms.
const TICKET_MS: i64 = 7 * 24 * 3600 * 1000;

/// All accounts.
///
/// # Errors
/// Right, or the store's.
pub async fn accounts(app: &App, actor: &Actor) -> Result<Accounts, AppError> {
    app.check(actor, Action::Administer)?;
    app.store()
        .read(|snapshot| {
            let directory = Directory::read(snapshot)?;
            let mut accounts = Vec::new();
            for account in snapshot.accounts()? {
                let pending = pending_nodes(snapshot, &directory, account.account)?;
                accounts.push(AccountRow {
                    person: directory.person(account.account),
                    login: account.login.clone(),
                    nodes: account.nodes.iter().map(|node| directory.node_name(*node)).collect(),
                    phone: directory.phone(account.account),
                    disabled: account.disabled,
                    pending_nodes: pending,
                });
            }
            Ok(Accounts { accounts })
        })
        .await
}

/// Nodes where the account may log in and that have not committed its verifier.
fn pending_nodes(
    snapshot: &Snapshot<'_>,
    directory: &Directory,
    account: AccountNo,
) -> Result<Vec<String>, AppError> {
    let Some(known) = directory.account(account) else { return Ok(Vec::new()) };
    let mut pending = Vec::new();
    for id in &known.nodes {
        let Some(node) = directory.node(*id) else { continue };
        let stream = credential_stream(node.id, node.role).id(&snapshot.who.org);
        if let Some(at) = snapshot.newest_credential(account, stream)?
            && !snapshot.reached(node.id, &at)?
        {
            pending.push(node.name.clone());
        }
    }
    Ok(pending)
}

/// Drafts that make an account: the account, its number, its verifier for each node.
pub(crate) struct AccountDrafts {
    pub(crate) put: AccountPut,
    pub(crate) phone: Option<String>,
    pub(crate) verifiers: Vec<String>,
}

impl AccountDrafts {
    /// `ids` must hold 1 + 2 × nodes client ids.
    pub(crate) fn drafts(
        &self,
        directory: &Directory,
        author: Option<AccountNo>,
        ids: &[ClientId],
    ) -> Result<Vec<Draft>, AppError> {
        let mut ids = ids.iter().copied();
        let mut next = || ids.next().ok_or(AppError::BadRequest("client_id"));
        let client_id = next()?;
        let put = AccountPut { client_id, ..self.put.clone() };
        let account = put.account;
        let mut drafts = vec![Draft::new(Stream::org(), Kind::AccountPut, author, client_id, &put)];
        for (index, id) in put.nodes.iter().enumerate() {
            let node = directory.node(*id).ok_or(AppError::BadRequest("nodes"))?;
            let stream = credential_stream(node.id, node.role);
            if let Some(verifier) = self.verifiers.get(index) {
                let client_id = next()?;
                let verifier = verifier.clone();
                let body = AccountCredential { client_id, account, verifier };
                let kind = Kind::AccountCredential;
                drafts.push(Draft::new(stream.clone(), kind, author, client_id, &body));
            }
            if let Some(phone) = &self.phone {
                let client_id = next()?;
                let body = AccountContact { client_id, account, phone: phone.clone() };
                drafts.push(Draft::new(stream, Kind::AccountContact, author, client_id, &body));
            }
        }
        // Headquarters calls whoever does not answer: it knows every number.
        let headquarters = Stream::cred_headquarters();
        let at_headquarters = put
            .nodes
            .iter()
            .any(|id| directory.node(*id).is_some_and(|node| node.role == NodeRole::Headquarters));
        if let (Some(phone), false) = (&self.phone, at_headquarters) {
            let client_id = next()?;
            let body = AccountContact { client_id, account, phone: phone.clone() };
            drafts.push(Draft::new(headquarters, Kind::AccountContact, author, client_id, &body));
        }
        Ok(drafts)
    }
}

/// As many client ids as [`AccountDrafts::drafts`] may need: the first as given, the others follow from it, so
/// that a retry has the same ones.
pub(crate) fn client_ids(first: ClientId, nodes: usize) -> Vec<ClientId> {
    let mut ids = vec![first];
    for index in 0..nodes.saturating_mul(2).saturating_add(1) as u64 {
        let hash = chain::derive("noroshi 1 follow-up", &[&first.0, &index.to_be_bytes()]);
        ids.push(ClientId(hash.first_chunk().copied().unwrap_or_default()));
    }
    ids
}

/// Makes an account, without a password yet.
///
/// # Errors
/// Right, limits, taken, or the store's.
pub async fn create(app: &App, actor: &Actor, new: NewAccount) -> Result<AccountRow, AppError> {
    app.check(actor, Action::Administer)?;
    let first = people::client_id(&new.client_id)?;
    let login = text::login(&new.login).ok_or(AppError::BadRequest("login"))?;
    let name = text::required(&new.name, text::NAME_CHARS_MAX)?;
    let role = Role::from_word(&new.role).ok_or(AppError::BadRequest("role"))?;
    let phone = new.phone.as_deref().map(|phone| text::optional(phone, 40)).transpose()?;
    let parse_node = |id: &String| NodeId::parse(id).map_err(|_bad| AppError::BadRequest("nodes"));
    let nodes = new.nodes.iter().map(parse_node).collect::<Result<Vec<_>, _>>()?;
    if nodes.is_empty() {
        return Err(AppError::BadRequest("nodes"));
    }
    let ids = client_ids(first, nodes.len());
    let (asker, responsible) = (actor.clone(), new.responsible);
    let (_, account) = app
        .store()
        .act(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let known = snapshot.account_by_login(&login)?;
            let (account, _) = snapshot.next_numbers()?;
            let request =
                minicbor::to_vec((&login, &name, role.word(), &nodes, &phone, responsible))
                    .unwrap_or_default();
            let account = match known {
                // The retry of the same act is let through to the log, which knows it.
                Some(known) if snapshot.knows_act(author(&asker), &first)? => known.account,
                Some(_) => return Err(AppError::LoginTaken),
                None => account,
            };
            let put =
                AccountPut { client_id: first, account, login, name, role, nodes, responsible };
            let phone = phone.filter(|phone| !phone.is_empty());
            let made = AccountDrafts { put, phone, verifiers: Vec::new() };
            let mut drafts = made.drafts(&directory, author(&asker), &ids)?;
            if let Some(put) = drafts.first_mut() {
                *put = put.clone().with_request(&request);
            }
            Ok((drafts, account))
        })
        .await?;
    let all = accounts(app, actor).await?;
    let found = all.accounts.into_iter().find(|row| row.person.account == account.0);
    found.ok_or(AppError::NotFound)
}

/// Gives an account a new random password: shown once, works at each node after the next exchange.
///
/// # Errors
/// Right, or the store's.
pub async fn credential(
    app: &App,
    actor: &Actor,
    account: u32,
    ask: ClientIdOnly,
) -> Result<GivenPassword, AppError> {
    app.check(actor, Action::Administer)?;
    let given = password::readable(&random()?);
    let known = app
        .store()
        .read(move |snapshot| {
            let found = snapshot.account(AccountNo(account))?;
            found.filter(|one| !one.disabled).ok_or(AppError::NotFound)
        })
        .await?;
    let verifiers = verifiers(app, &given, known.nodes.len()).await?;
    let asker = actor.clone();
    let ids = client_ids(people::client_id(&ask.client_id)?, known.nodes.len());
    app.store()
        .act(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let mut drafts = Vec::new();
            for ((id, verifier), client_id) in known.nodes.iter().zip(verifiers).zip(ids) {
                let Some(node) = directory.node(*id) else { continue };
                let stream = credential_stream(node.id, node.role);
                let account = known.account;
                let body = AccountCredential { client_id, account, verifier };
                let kind = Kind::AccountCredential;
                drafts.push(Draft::new(stream, kind, author(&asker), client_id, &body));
            }
            Ok::<_, AppError>((drafts, ()))
        })
        .await?;
    Ok(GivenPassword { password: given })
}

/// Verifiers of one password, each with its own salt; two at once at most.
pub(crate) async fn verifiers(
    app: &App,
    password: &str,
    count: usize,
) -> Result<Vec<String>, AppError> {
    let mut made = Vec::with_capacity(count);
    for _ in 0..count {
        let salt = random::<16>()?;
        let (text, memory) = (password.to_owned(), app.inner.memory.clone());
        let place =
            app.inner.verifying.acquire().await.map_err(|_closed| AppError::BadRequest("stop"))?;
        let hash = tokio::task::spawn_blocking(move || memory.hash(&text, &salt))
            .await
            .map_err(|_panicked| AppError::BadRequest("password"))??;
        drop(place);
        made.push(hash);
    }
    Ok(made)
}

/// An account may no longer log in anywhere.
///
/// # Errors
/// Right, or the store's.
pub async fn disable(
    app: &App,
    actor: &Actor,
    account: u32,
    ask: ClientIdOnly,
) -> Result<(), AppError> {
    app.check(actor, Action::Administer)?;
    let (client_id, account) = (people::client_id(&ask.client_id)?, AccountNo(account));
    if account == actor.account {
        // Whoever locks out the last administrator can't come back in to mend it.
        return Err(AppError::BadRequest("own_account"));
    }
    let asker = actor.clone();
    app.store()
        .act(move |snapshot| {
            snapshot.account(account)?.ok_or(AppError::NotFound)?;
            let body = AccountDisable { client_id, account };
            let kind = Kind::AccountDisable;
            let draft = Draft::new(Stream::org(), kind, author(&asker), client_id, &body);
            Ok::<_, AppError>((vec![draft], ()))
        })
        .await?;
    Ok(())
}

/// Logins of local devices.
///
/// # Errors
/// Right, or the store's.
pub async fn devices(app: &App, actor: &Actor) -> Result<Devices, AppError> {
    app.check_operator(actor)?;
    app.store()
        .read(|snapshot| {
            let rows = snapshot.devices()?.into_iter().map(|device| DeviceRow {
                login: device.login,
                name: device.name,
                created_ms: device.created_ms,
                last_said_ms: device.last_said_ms,
            });
            Ok(Devices { devices: rows.collect() })
        })
        .await
}

/// Gives a local device a login; its password is shown once.
///
/// # Errors
/// Right, limits, or the store's.
pub async fn add_device(app: &App, actor: &Actor, new: NewDevice) -> Result<GivenDevice, AppError> {
    app.check_operator(actor)?;
    people::client_id(&new.client_id)?;
    let login = text::login(&new.login).ok_or(AppError::BadRequest("login"))?;
    let name = text::required(&new.name, text::NAME_CHARS_MAX)?;
    let given = data_encoding::BASE64URL_NOPAD.encode(&random::<24>()?);
    // Random, long passwords need no slow hash.
    let hash = *blake3::hash(given.as_bytes()).as_bytes();
    app.store().put_device(login.clone(), name, hash).await?;
    Ok(GivenDevice { login, password: given })
}

/// Invites a node.
///
/// # Errors
/// Right, limits, or the store's.
pub async fn invite(app: &App, actor: &Actor, new: NewInvitation) -> Result<GivenTicket, AppError> {
    app.check(actor, Action::InviteNodes)?;
    let name = text::required(&new.name, text::NAME_CHARS_MAX)?;
    let role = NodeRole::from_word(&new.role)
        .filter(|role| *role != NodeRole::Headquarters)
        .ok_or(AppError::BadRequest("role"))?;
    let token = Token(random()?);
    let expires_ms = app.now_ms().saturating_add(TICKET_MS);
    let invitation = Invitation { name, role, expires_ms, used_by: None, secret: None };
    app.store().put_invitation(token.hash(), invitation).await?;
    let parts = app.parts();
    let ticket = Ticket {
        signing: parts.keys.signing_public(),
        exchange: parts.keys.exchange_public(),
        org: app.store().who().org,
        token,
        base_url: parts.base_url.clone(),
        mqtt: parts.mqtt_address.clone(),
    };
    let text = ticket.to_text().map_err(|_too_long| AppError::BadRequest("address"))?;
    Ok(GivenTicket { ticket: text, expires_ms })
}

/// A node asks to join: one Noise message in, one out. The same keys may ask again.
///
/// # Errors
/// [`AppError::TicketRefused`] when the request is not genuine; a refusal for the asker is an `Ok` answer.
pub async fn join(app: &App, request: &[u8]) -> Result<Vec<u8>, AppError> {
    let seed = random::<32>()?;
    let mut drawn = 0_u64;
    let mut draw = |bytes: &mut [u8]| {
        drawn = drawn.saturating_add(1);
        let mut hasher = blake3::Hasher::new_keyed(&seed);
        hasher.update(&drawn.to_be_bytes());
        hasher.finalize_xof().fill(bytes);
    };
    let asked = Asked::read(&app.parts().keys, request, &mut draw)
        .map_err(|_not_genuine| AppError::TicketRefused)?;
    match admit(app, &asked).await {
        Ok(grant) => asked.grant(grant).map_err(|_too_large| AppError::TicketRefused),
        Err(AppError::TicketRefused) => {
            let text = AppError::TicketRefused.sentence(Language::En);
            asked.refuse("ticket_refused", &text).map_err(|_too_large| AppError::TicketRefused)
        }
        Err(error) => Err(error),
    }
}

async fn admit(app: &App, asked: &Asked) -> Result<JoinGrant, AppError> {
    let request = asked.request.clone();
    let node = NodeId::of(&request.signing);
    let token = request.token.hash();
    let (fresh, cert_id, place_id) = (random::<32>()?, fresh_client_id()?, fresh_client_id()?);
    let keys = app.parts().keys.clone();
    let known = app.store().read(move |snapshot| snapshot.invitation(&token)).await?;
    let secret = known.and_then(|one| one.secret).and_then(|bytes| bytes.try_into().ok());
    let secret: [u8; 32] = secret.unwrap_or(fresh);
    let (_, certificates) = app
        .store()
        .spend_invitation(token, node, secret.to_vec(), move |snapshot| {
            let invitation = snapshot.invitation(&token)?.ok_or(AppError::TicketRefused)?;
            if invitation.used_by.is_some_and(|used| used != node)
                || invitation.expires_ms < snapshot.now_ms
            {
                return Err(AppError::TicketRefused);
            }
            let own = snapshot.certificate(snapshot.who.node)?.ok_or(AppError::TicketRefused)?;
            let decode = |body: &[u8]| {
                minicbor::decode::<CertIssue>(body).map_err(|_bad| AppError::TicketRefused)
            };
            let headquarters = decode(&own.1)?;
            if let Some((_, body)) = snapshot.certificate(node)? {
                // A lost answer: the same keys get the same certificate.
                return Ok((Vec::new(), vec![headquarters, decode(&body)?]));
            }
            let (_, serial) = snapshot.next_numbers()?;
            let certificate = Certificate {
                version: 1,
                org: snapshot.who.org,
                signing: request.signing,
                exchange: request.exchange,
                role: invitation.role,
                serial,
                name: invitation.name.clone(),
                issuer: Some(snapshot.who.node),
                issued_ms: time::event_ms(snapshot.now_ms),
            };
            let issue = certificate::issue(keys.signing(), &certificate, cert_id);
            let place = NodePlace { client_id: place_id, node, site: None, name: invitation.name };
            let drafts = vec![
                Draft::new(Stream::org(), Kind::CertIssue, None, cert_id, &issue),
                Draft::new(Stream::org(), Kind::NodePlace, None, place_id, &place),
            ];
            Ok((drafts, vec![headquarters, issue]))
        })
        .await?;
    let org_name = app
        .store()
        .read(|snapshot| Ok::<_, AppError>(snapshot.setting("name")?.unwrap_or_default()))
        .await?;
    Ok(JoinGrant {
        certificates,
        root: app.parts().root,
        mailbox_password: secret,
        mqtt: app.parts().mqtt_address.clone(),
        org_name,
    })
}

impl App {
    /// Devices belong to the node they talk to: its operator, or headquarters' administrator.
    fn check_operator(&self, actor: &Actor) -> Result<(), AppError> {
        if actor.account.0 == 0 {
            return Ok(());
        }
        self.check(actor, Action::Administer).map(|_| ())
    }

    /// The password hash check of a local device at the MQTT door.
    ///
    /// # Errors
    /// The store's.
    pub async fn device_may_log_in(
        &self,
        login: String,
        password: Vec<u8>,
    ) -> Result<bool, AppError> {
        let hash = self
            .store()
            .read(move |snapshot| Ok::<_, AppError>(snapshot.device_password(&login)?))
            .await?;
        let given = blake3::hash(&password);
        // blake3's own comparison takes the same time whatever differs.
        let fits = |known: Vec<u8>| {
            <[u8; 32]>::try_from(known).is_ok_and(|known| given == blake3::Hash::from_bytes(known))
        };
        Ok(hash.is_some_and(fits))
    }

    /// The password hash check of a node at headquarters' door.
    ///
    /// # Errors
    /// The store's.
    pub async fn node_may_log_in(&self, node: NodeId, password: &[u8]) -> Result<bool, AppError> {
        let hash = self
            .store()
            .read(move |snapshot| Ok::<_, AppError>(snapshot.mailbox_password(node)?))
            .await?;
        let given = blake3::hash(password);
        let fits = |known: Vec<u8>| {
            <[u8; 32]>::try_from(known).is_ok_and(|known| given == blake3::Hash::from_bytes(known))
        };
        Ok(hash.is_some_and(fits))
    }

    /// Nodes with their names.
    ///
    /// # Errors
    /// The store's.
    pub async fn nodes_by_name(&self) -> Result<Vec<(NodeId, String)>, AppError> {
        self.store()
            .read(|snapshot| {
                let nodes = snapshot.nodes()?.into_iter().map(|node| (node.id, node.name));
                Ok::<_, AppError>(nodes.collect())
            })
            .await
    }

    /// Nodes that have a certificate, for recognising mailboxes.
    ///
    /// # Errors
    /// The store's.
    pub async fn known_nodes(&self) -> Result<Vec<NodeId>, AppError> {
        self.store()
            .read(|snapshot| {
                Ok::<_, AppError>(snapshot.nodes()?.into_iter().map(|node| node.id).collect())
            })
            .await
    }
}
