//! Shaking hands: the calling side's tries, and the hint that a new one is needed.

use crate::identity::noise::Initiator;
use crate::identity::packet::Head;
use crate::identity::packet::PacketKind;
use crate::sync::peer::Peer;
use crate::sync::protocol::Session;
use crate::sync::shared::Fresh;
use crate::sync::shared::read_hello;

/// Calls whose answer may still come: a thin line may take longer than our patience.
const SHAKES_MAX: usize = 4;

/// After so many calls without answer the connection itself is suspected, later less often.
const SUSPECT_AFTER: u32 = 5;
const SUSPECT_EVERY: u32 = 40;

/// A hint is obeyed at most so often, ms.
const HINT_MS: u64 = 10_000;

/// A session is renewed after so long, or so many packets.
const RENEW_MS: u64 = 24 * 3_600 * 1_000;
const RENEW_PACKETS: u64 = 1 << 22;

/// A peer that speaks another version is called again after so long, ms.
const OTHER_VERSION_MS: u64 = 30_000;

/// A call that waits for its answer.
pub(super) struct Shake {
    pub(super) index: u32,
    noise: Initiator,
}

impl Peer {
    /// Calls the peer; again in 1 to 2 s unless it answers.
    pub(super) fn call(&mut self) {
        let jitter = self.shared.below(1_000);
        let again = self.shared.ms().saturating_add(1_000).saturating_add(jitter);
        self.call_ms = Some(again);
        while self.shakes.len() >= SHAKES_MAX {
            if let Some(old) = self.shakes.pop_front() {
                self.shared.release_index(old.index);
            }
        }
        let Some(index) = self.shared.take_index(&self.own_mail) else { return };
        let payload = self.shared.hello(index, self.incarnation, true);
        let begun = {
            let random = &self.shared.config.random;
            Initiator::begin(
                &self.shared.identity.keys.exchange_secret(),
                &self.certificate.exchange,
                &self.shared.prologue(),
                &payload,
                &mut |bytes| random(bytes),
            )
        };
        let Ok((noise, message)) = begun else { return self.shared.release_index(index) };
        self.shakes.push_back(Shake { index, noise });
        let head = Head { kind: PacketKind::Init, index: 0, counter: 0 };
        self.shared.send(&self.mailbox, head.packet(&message));
        self.unanswered = self.unanswered.saturating_add(1);
        let is_suspect =
            self.unanswered == SUSPECT_AFTER || self.unanswered.is_multiple_of(SUSPECT_EVERY);
        if is_suspect && self.live.is_none() {
            self.shared.again.notify_one();
        }
    }

    /// The peer answers one of our calls.
    pub(super) async fn answered(&mut self, index: u32, sealed: &[u8]) {
        let Some(at) = self.shakes.iter().position(|shake| shake.index == index) else { return };
        let Some(shake) = self.shakes.get_mut(at) else { return };
        let Ok(payload) = shake.noise.read_answer(sealed) else { return self.forged() };
        let Some(shake) = self.shakes.remove(at) else { return };
        let hello = read_hello(&payload).map(|(hello, _)| hello);
        let hello = hello.filter(|hello| hello.node == self.node);
        let (Some(hello), Ok(transport)) = (hello, shake.noise.into_session()) else {
            self.shared.release_index(index);
            return self.forged();
        };
        if Session::common_version(&hello).is_none() {
            tracing::error!(peer = %self.node, program = hello.program, "The peer speaks other versions of the protocol; update noroshi on the older node.");
            self.shared.release_index(index);
            self.call_ms = Some(self.shared.ms().saturating_add(OTHER_VERSION_MS));
            return;
        }
        for other in std::mem::take(&mut self.shakes) {
            self.shared.release_index(other.index);
        }
        self.open(Fresh { index, hello, transport }).await;
    }

    /// Somebody says that it has no session with us. Anybody can say that, so it costs one call at most.
    pub(super) fn hinted(&mut self) {
        let now = self.shared.ms();
        if self.calls && self.line.is_up && now >= self.hinted_ms.saturating_add(HINT_MS) {
            self.hinted_ms = now;
            self.call_ms = Some(now);
        }
    }

    /// Keys and counters are renewed in good time; the old session serves until the new one is there.
    pub(super) fn renew(&mut self) {
        let now = self.shared.ms();
        let is_old = self.live.as_ref().is_some_and(|live| {
            now >= live.opened_ms.saturating_add(RENEW_MS)
                || live.session.packets() >= RENEW_PACKETS
        });
        if is_old && self.calls && self.call_ms.is_none() {
            self.call_ms = Some(now);
        }
    }
}
