//! The desk: sorts what the carrier brings to the peers' tasks, and answers whoever may call.
//!
//! Everything that comes is a stranger's until a key of this organisation opened it: a forged or repeated
//! packet costs one decryption, and too many of them a pause. Not here: sessions (`peer`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

use crate::carriers::Carried;
use crate::domain::ids::ExchangePublic;
use crate::domain::ids::NodeId;
use crate::domain::org::CertIssue;
use crate::domain::org::Certificate;
use crate::identity::certificate::Trust;
use crate::identity::mailbox::Mailbox;
use crate::identity::noise::Responder;
use crate::identity::packet::Head;
use crate::identity::packet::PacketKind;
use crate::store::error::StoreError;
use crate::sync::exchange::LineState;
use crate::sync::exchange::PeerState;
use crate::sync::peer::Peer;
use crate::sync::protocol::Session;
use crate::sync::shared::Fresh;
use crate::sync::shared::Mail;
use crate::sync::shared::Shared;
use crate::sync::shared::read_hello;
use crate::sync::shared::we_call;

/// How often the list of headquarters is read again.
const REFRESH: Duration = Duration::from_secs(10);

/// Packets that wait for one peer's task: four windows of an honest one.
const MAIL: usize = 128;

/// More forged packets than this in a second: nothing is looked at for the next one.
const FORGED_MAX: u32 = 100;

/// A hint that there is no such session goes to each peer at most so often, ms.
const HINT_MS: u64 = 10_000;

struct Known {
    mail: mpsc::Sender<Mail>,
    mailbox: Mailbox,
    /// Headquarters answers; hints go to those who call us.
    calls_us: bool,
}

pub(super) struct Desk {
    shared: Arc<Shared>,
    carried: mpsc::Receiver<Carried>,
    peers: BTreeMap<NodeId, Known>,
    tasks: JoinSet<NodeId>,
    incarnation: [u8; 8],
    hinted_ms: Option<u64>,
    /// The second that is being counted, forged packets before it, and whether it is a pause.
    guard: (u64, u32, bool),
}

impl Desk {
    pub(super) fn new(shared: Arc<Shared>, carried: mpsc::Receiver<Carried>) -> Self {
        Self {
            shared,
            carried,
            peers: BTreeMap::new(),
            tasks: JoinSet::new(),
            incarnation: [0; 8],
            hinted_ms: None,
            guard: (0, 0, false),
        }
    }

    /// Works until `stop`, then waits for the peers' goodbyes.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut refresh = interval(REFRESH);
        refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                carried = self.carried.recv() => match carried {
                    Some(carried) => self.carried(carried, &stop).await,
                    None => break,
                },
                _now = refresh.tick() => self.refresh(&stop).await,
                ended = self.tasks.join_next(), if !self.tasks.is_empty() => self.ended(ended),
            }
        }
        // Peers see the same token.
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(Some(ended));
        }
    }

    fn ended(&mut self, ended: Option<Result<NodeId, tokio::task::JoinError>>) {
        match ended {
            Some(Ok(node)) => {
                self.peers.remove(&node);
            }
            Some(Err(error)) => {
                tracing::error!(%error, "A peer's task ended badly; it is started again.");
                self.peers.retain(|_, known| !known.mail.is_closed());
            }
            None => {}
        }
    }

    /// Calls every headquarters that this node has to call.
    async fn refresh(&mut self, stop: &CancellationToken) {
        let asked = async {
            let incarnation = self.shared.store.incarnation().await?;
            Ok::<_, StoreError>((incarnation, self.shared.store.headquarters().await?))
        };
        match asked.await {
            Ok((incarnation, headquarters)) => {
                self.incarnation = incarnation;
                for certificate in headquarters {
                    if we_call(&self.shared.identity.certificate, &certificate) == Some(true) {
                        self.peer(certificate, stop);
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "The exchange cannot read its headquarters."),
        }
    }

    /// The task of a peer; begun if there is none.
    fn peer(
        &mut self,
        certificate: Certificate,
        stop: &CancellationToken,
    ) -> Option<mpsc::Sender<Mail>> {
        let node = certificate.node();
        if node == self.shared.me {
            return None;
        }
        let calls = we_call(&self.shared.identity.certificate, &certificate)?;
        if let Some(known) = self.peers.get(&node).filter(|known| !known.mail.is_closed()) {
            return Some(known.mail.clone());
        }
        let (mail, post) = mpsc::channel(MAIL);
        self.shared.states.send_modify(|states| {
            states.retain(|state| state.node != node);
            states.push(PeerState {
                node,
                state: LineState::Never,
                last_exchange_ms: None,
                since_ms: None,
                rtt_ms: None,
                program: None,
            });
            states.sort_by_key(|state| state.node);
        });
        let mailbox = Mailbox::of(&self.shared.org, &node);
        let known = Known { mail: mail.clone(), mailbox, calls_us: !calls };
        self.peers.insert(node, known);
        let peer = Peer::new(
            Arc::clone(&self.shared),
            certificate,
            (calls, self.incarnation),
            (mail.clone(), post),
        );
        let stop = stop.clone();
        self.tasks.spawn(async move {
            peer.run(stop).await;
            node
        });
        Some(mail)
    }

    async fn carried(&mut self, carried: Carried, stop: &CancellationToken) {
        match carried {
            Carried::Up => {
                self.refresh(stop).await;
                self.shared.line.send_modify(|line| {
                    (line.is_up, line.life) = (true, line.life.saturating_add(1));
                });
                self.hint();
            }
            Carried::Down(_) => self.shared.line.send_modify(|line| line.is_up = false),
            Carried::Packet(packet) => {
                if !self.is_flooded() {
                    self.packet(&packet, stop).await;
                }
            }
        }
    }

    /// Counts forged packets by the second; after too many of them nothing is looked at for one second.
    fn is_flooded(&mut self) -> bool {
        let second = self.shared.ms() / 1_000;
        let forged = self.shared.forged.load(Ordering::Relaxed);
        let (counted, before, is_pause) = self.guard;
        if second != counted {
            let flooded = !is_pause && forged.wrapping_sub(before) > FORGED_MAX;
            if flooded {
                tracing::error!(forged, "Too many forged packets: nothing is taken for a second.");
            }
            self.guard = (second, forged, flooded);
        } else if !is_pause && forged.wrapping_sub(before) > FORGED_MAX {
            tracing::error!(
                forged,
                "Too many forged packets: nothing is taken until the next second."
            );
            self.guard = (second, forged, true);
        }
        self.guard.2
    }

    async fn packet(&mut self, packet: &[u8], stop: &CancellationToken) {
        let Some((head, sealed)) = Head::split(packet) else { return self.forged() };
        let sealed = sealed.to_vec();
        match head.kind {
            PacketKind::Init => self.called(&sealed, stop).await,
            PacketKind::Answer => {
                let mail = Mail::Answer { index: head.index, sealed };
                self.deliver(head.index, mail);
            }
            PacketKind::Data => {
                let mail = Mail::Data { index: head.index, counter: head.counter, sealed };
                if !self.deliver(head.index, mail) {
                    self.hint();
                }
            }
            // It names no sender: whoever calls somebody looks for himself.
            PacketKind::NoSession => {
                for known in self.peers.values().filter(|known| !known.calls_us) {
                    if known.mail.try_send(Mail::NoSession).is_err() {
                        tracing::debug!("A hint was dropped.");
                    }
                }
            }
        }
    }

    fn forged(&self) {
        self.shared.forged.fetch_add(1, Ordering::Relaxed);
    }

    /// False: nobody has this index.
    fn deliver(&self, index: u32, mail: Mail) -> bool {
        let Some(receiver) = self.shared.receiver(index) else { return false };
        if receiver.try_send(mail).is_err() {
            tracing::debug!("A packet was dropped: its peer's task is behind; it comes again.");
        }
        true
    }

    /// Tells those who call us that this node has no session with them: they need not wait for a timeout.
    fn hint(&mut self) {
        let now = self.shared.ms();
        if self.hinted_ms.is_some_and(|at| now < at.saturating_add(HINT_MS)) {
            return;
        }
        self.hinted_ms = Some(now);
        let states = self.shared.states.borrow();
        let is_up = |node: &NodeId| {
            states.iter().any(|state| state.node == *node && state.state == LineState::Up)
        };
        let head = Head { kind: PacketKind::NoSession, index: 0, counter: 0 };
        for (node, known) in &self.peers {
            if known.calls_us && !is_up(node) {
                self.shared.send(&known.mailbox, head.packet(&[]));
            }
        }
    }

    /// Somebody calls: answered if its key has a certificate that we believe.
    async fn called(&mut self, sealed: &[u8], stop: &CancellationToken) {
        let secret = self.shared.identity.keys.exchange_secret();
        let prologue = self.shared.prologue();
        let read = {
            let random = &self.shared.config.random;
            Responder::read(&secret, &prologue, sealed, &mut |bytes| random(bytes))
        };
        let Ok(called) = read else { return self.forged() };
        let Some((hello, issue)) = read_hello(&called.payload) else { return self.forged() };
        let certificate = match self.certificate(called.remote, issue.as_deref()).await {
            Ok(Some(certificate)) if certificate.node() == hello.node => certificate,
            Ok(_) => {
                tracing::warn!(node = %hello.node, "A stranger called; it is not answered.");
                return self.forged();
            }
            Err(error) => return tracing::warn!(%error, "A call cannot be answered now."),
        };
        let node = certificate.node();
        let calls_us = we_call(&self.shared.identity.certificate, &certificate) == Some(false);
        let Some(mail) = calls_us.then(|| self.peer(certificate, stop)).flatten() else { return };
        let Some(index) = self.shared.take_index(&mail) else { return };
        let payload = self.shared.hello(index, self.incarnation, false);
        let Ok((message, transport)) = called.responder.answer(&payload) else {
            return self.shared.release_index(index);
        };
        let head = Head { kind: PacketKind::Answer, index: hello.index, counter: 0 };
        self.shared.send(&Mailbox::of(&self.shared.org, &node), head.packet(&message));
        if Session::common_version(&hello).is_none() {
            tracing::error!(%node, program = hello.program, "The peer speaks other versions of the protocol; update noroshi on the older node.");
            return self.shared.release_index(index);
        }
        let fresh = Box::new(Fresh { index, hello, transport });
        if mail.try_send(Mail::Called(fresh)).is_err() {
            self.shared.release_index(index);
        }
    }

    /// Whose key is this? From the store, or from the certificate that came along if we believe its issuer.
    async fn certificate(
        &self,
        key: ExchangePublic,
        issue: Option<&[u8]>,
    ) -> Result<Option<Certificate>, StoreError> {
        let store = &self.shared.store;
        if let Some((certificate, _)) = store.certificate_by_exchange_key(key).await? {
            return Ok(Some(certificate));
        }
        let Some(issue) = issue.and_then(|issue| minicbor::decode::<CertIssue>(issue).ok()) else {
            return Ok(None);
        };
        let headquarters = store.headquarters().await?;
        let trust = Trust { root: self.shared.config.root, headquarters };
        Ok(trust.check(&issue).ok().filter(|certificate| certificate.exchange == key))
    }
}
