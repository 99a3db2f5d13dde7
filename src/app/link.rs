//! The line to headquarters as screens tell it: state, age, what waits; headquarters sees every shelter's.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::error::AppError;
use crate::app::people::Directory;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::ids::NodeId;
use crate::domain::org::NodeRole;
use crate::domain::stream::Class;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::sync::exchange::LineState;
use crate::sync::exchange::PeerState;

/// The line to headquarters, or to a shelter.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HqLink {
    /// `self`, `up`, `stalled`, `down`, `never`.
    pub state: String,
    /// Last acknowledged exchange, Unix ms.
    pub last_exchange_ms: Option<i64>,
    /// When this state began, Unix ms.
    pub since_ms: Option<i64>,
}

/// What waits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Waiting {
    /// Everything but marks.
    pub total: u64,
    /// Messages.
    pub messages: u64,
    /// 了解, answers, notices, accounts.
    pub answers: u64,
    /// Reports.
    pub reports: u64,
    /// 既読.
    pub marks: u64,
    /// Photos (all renditions).
    pub photos: u64,
    /// Their bytes.
    pub photo_bytes: u64,
}

/// This node's line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Link {
    /// To headquarters.
    pub hq: HqLink,
    /// What headquarters lacks.
    pub waiting: Waiting,
    /// Seconds until text is through, if known.
    pub estimate_text_s: Option<u64>,
    /// Seconds until photos are through, if known.
    pub estimate_photo_s: Option<u64>,
    /// Headquarters: shelters that are cut off or stalled.
    pub cut_sites: u32,
    /// Headquarters: shelters with a line.
    pub connected_sites: u32,
}

/// A place in the shelter list where a node stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NodeSite {
    /// Its name.
    pub name: String,
    /// People it takes.
    pub capacity: Option<u32>,
}

/// Whom to telephone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Contact {
    /// Name on screens.
    pub name: String,
    /// As dialled.
    pub phone: Option<String>,
}

/// What is expected from a node.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Expected {
    /// Photos named by events and not here.
    pub photos: u64,
    /// Their bytes.
    pub photo_bytes: u64,
}

/// A node in headquarters' overview.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NodeRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `hq`, `shelter`, `relay`.
    pub role: String,
    /// Where it stands.
    pub site: Option<NodeSite>,
    /// Its line.
    pub link: HqLink,
    /// What waits towards it.
    pub out: Waiting,
    /// What is expected from it.
    #[serde(rename = "in")]
    pub inward: Expected,
    /// Must-read bulletins that somebody there has not acknowledged.
    pub open_must_reads: u32,
    /// Accounts that may log in there.
    pub people: u32,
    /// 責任者.
    pub contact: Option<Contact>,
}

/// All nodes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Nodes {
    /// Headquarters first.
    pub nodes: Vec<NodeRow>,
}

impl App {
    pub(crate) fn peer_links(&self) -> Vec<PeerState> {
        self.parts().peers.borrow().clone()
    }

    /// The line to headquarters; at headquarters itself `self`.
    pub(crate) fn hq_link(&self, directory: &Directory) -> HqLink {
        if self.is_headquarters() {
            return HqLink { state: "self".to_owned(), last_exchange_ms: None, since_ms: None };
        }
        let headquarters: Vec<NodeId> = directory
            .nodes()
            .iter()
            .filter(|node| node.role == NodeRole::Headquarters)
            .map(|node| node.id)
            .collect();
        let links = self.peer_links();
        render(links.iter().find(|link| headquarters.contains(&link.node)))
    }

    /// Shelters that are cut off or stalled, and those with a line.
    pub(crate) fn site_counts(&self, directory: &Directory) -> (u32, u32) {
        if !self.is_headquarters() {
            return (0, 0);
        }
        let links = self.peer_links();
        let (mut cut, mut connected) = (0_u32, 0_u32);
        for shelter in directory.shelters() {
            let link = links.iter().find(|link| link.node == shelter.id);
            if link.is_some_and(|link| link.state == LineState::Up) {
                connected = connected.saturating_add(1);
            } else {
                cut = cut.saturating_add(1);
            }
        }
        (cut, connected)
    }
}

/// A peer's line as screens have it.
pub(crate) fn render(link: Option<&PeerState>) -> HqLink {
    let Some(link) = link else {
        return HqLink { state: "never".to_owned(), last_exchange_ms: None, since_ms: None };
    };
    let state = match link.state {
        LineState::Up => "up",
        LineState::Stalled => "stalled",
        LineState::Down => "down",
        LineState::Never => "never",
    };
    HqLink {
        state: state.to_owned(),
        last_exchange_ms: link.last_exchange_ms,
        since_ms: link.since_ms,
    }
}

/// What a peer lacks of what it may read.
pub(crate) fn waiting_for(
    snapshot: &Snapshot<'_>,
    peer: NodeId,
    role: NodeRole,
) -> Result<Waiting, StoreError> {
    let lacking = snapshot.lacking(peer, |stream| snapshot.peer_may_read(peer, role, stream))?;
    Ok(from_classes(&lacking))
}

fn from_classes(lacking: &BTreeMap<Class, u64>) -> Waiting {
    let count = |class| lacking.get(&class).copied().unwrap_or(0);
    let mut waiting = Waiting {
        messages: count(Class::Room),
        answers: count(Class::Answer).saturating_add(count(Class::Notice)),
        reports: count(Class::Report),
        marks: count(Class::Mark),
        ..Waiting::default()
    };
    waiting.total =
        waiting.messages.saturating_add(waiting.answers).saturating_add(waiting.reports);
    waiting
}

/// Counts photos that headquarters has not confirmed.
fn add_photos(
    snapshot: &Snapshot<'_>,
    app: &App,
    peer: NodeId,
    waiting: &mut Waiting,
) -> Result<(), StoreError> {
    for (hash, bytes, _) in snapshot.blobs_named()? {
        if app.store().blobs().size(&hash).is_some() && !snapshot.blob_at(hash, peer)? {
            waiting.photos = waiting.photos.saturating_add(1);
            waiting.photo_bytes = waiting.photo_bytes.saturating_add(bytes);
        }
    }
    Ok(())
}

/// This node's line and what waits.
///
/// # Errors
/// Right, or the store's.
pub async fn link(app: &App, actor: &Actor) -> Result<Link, AppError> {
    app.check(actor, Action::Look)?;
    let inner = app.clone();
    app.store()
        .read(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let mut waiting = Waiting::default();
            let headquarters =
                directory.nodes().iter().find(|node| node.role == NodeRole::Headquarters);
            if let Some(peer) = headquarters.filter(|_| !inner.is_headquarters()) {
                waiting = waiting_for(snapshot, peer.id, peer.role)?;
                add_photos(snapshot, &inner, peer.id, &mut waiting)?;
            }
            let (cut_sites, connected_sites) = inner.site_counts(&directory);
            Ok(Link {
                hq: inner.hq_link(&directory),
                waiting,
                estimate_text_s: None,
                estimate_photo_s: None,
                cut_sites,
                connected_sites,
            })
        })
        .await
}

/// The state of every node.
///
/// # Errors
/// Right, or the store's.
pub async fn nodes(app: &App, actor: &Actor) -> Result<Nodes, AppError> {
    app.check(actor, Action::SeeNodes)?;
    let inner = app.clone();
    app.store()
        .read(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let sites: BTreeMap<_, _> =
                snapshot.sites()?.into_iter().map(|(key, site)| (key.0, site)).collect();
            let links = inner.peer_links();
            let open = crate::app::bulletin::open_must_reads(snapshot, &directory)?;
            let mut nodes = Vec::new();
            for node in directory.nodes() {
                let is_self = node.id == snapshot.who.node;
                let link = links.iter().find(|link| link.node == node.id);
                let site = node.site.as_ref().and_then(|key| sites.get(key));
                let responsible = directory.people_of(node.id).find(|one| one.responsible);
                nodes.push(NodeRow {
                    id: node.id.to_string(),
                    name: node.name.clone(),
                    role: node.role.word().to_owned(),
                    site: site.map(|site| NodeSite {
                        name: site.name.clone(),
                        capacity: site.capacity.as_ref().and_then(|one| one.people()),
                    }),
                    link: if is_self { inner.hq_link(&directory) } else { render(link) },
                    out: if is_self {
                        Waiting::default()
                    } else {
                        waiting_for(snapshot, node.id, node.role)?
                    },
                    inward: expected_from(snapshot, &inner, node.id)?,
                    open_must_reads: open.get(&node.id).copied().unwrap_or(0),
                    people: count(directory.people_of(node.id).count()),
                    contact: responsible.map(|one| Contact {
                        name: one.name.clone(),
                        phone: directory.phone(one.account),
                    }),
                });
            }
            Ok(Nodes { nodes })
        })
        .await
}

fn expected_from(snapshot: &Snapshot<'_>, app: &App, node: NodeId) -> Result<Expected, StoreError> {
    let mut expected = Expected::default();
    for report in snapshot.reports()?.iter().filter(|report| report.node == node) {
        for photo in &report.post.photos {
            let blobs = [photo.thumbnail, photo.preview, Some(photo.original)];
            let missing = blobs
                .into_iter()
                .flatten()
                .filter(|blob| app.store().blobs().size(&blob.hash).is_none());
            let bytes: u64 = missing.map(|blob| blob.bytes).sum();
            if bytes > 0 {
                expected.photos = expected.photos.saturating_add(1);
                expected.photo_bytes = expected.photo_bytes.saturating_add(bytes);
            }
        }
    }
    Ok(expected)
}

/// A count as the API has it.
pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
