//! The live session: steps of its machine, and what it wants done.

use std::sync::Arc;

use tokio::task::JoinError;

use crate::domain::org::NodeRole;
use crate::domain::time::ClockState;
use crate::identity::packet::Head;
use crate::sync::exchange::LineState;
use crate::sync::notes::Note;
use crate::sync::peer::Peer;
use crate::sync::protocol::Input;
use crate::sync::protocol::Output;
use crate::sync::work;
use crate::sync::work::Done;

/// A time that took longer there and back is too uncertain to follow, ms.
const CLOCK_TRIP_MS: u64 = 2_000;

impl Peer {
    /// One step of the machine, and everything that follows from it.
    pub(super) async fn step(&mut self, input: Input) {
        let now = self.shared.now();
        let Some(live) = self.live.as_mut() else { return };
        for output in live.session.step(now, input) {
            self.output(output).await;
        }
    }

    async fn output(&mut self, output: Output) {
        match output {
            Output::Send { counter, plain } => self.send(counter, &plain),
            Output::Store(_)
            | Output::Read { .. }
            | Output::BlobOpen(_)
            | Output::BlobBegin { .. }
            | Output::BlobWrite { .. }
            | Output::BlobFinish(_)
            | Output::BlobServe(_)
            | Output::BlobRead { .. } => self.begin_work(output),
            Output::PeerHeads { heads, replace } => self.note(Note::Heads { heads, replace }).await,
            Output::PeerHasBlob(hash) => self.note(Note::Blob(hash)).await,
            Output::PeerTime { offset_ms, error_ms, round_trip_ms, clock } => {
                let is_hq = self.certificate.role == NodeRole::Headquarters;
                let is_good = clock == ClockState::Trusted && round_trip_ms <= CLOCK_TRIP_MS;
                if self.shared.config.follows_clock && is_hq && is_good {
                    self.note(Note::Clock { offset_ms, error_ms }).await;
                }
            }
            // Certificates matter in the handshake; here they come by themselves, as events.
            Output::Certificate(_) => {}
            Output::Stalled(is_stalled) => {
                if is_stalled {
                    tracing::warn!(peer = %self.node, "LINK_STALLED: something waits and nothing has moved for 30 s.");
                }
                self.say(if is_stalled { LineState::Stalled } else { LineState::Up });
            }
            Output::Close(why) => self.closed(why).await,
        }
    }

    fn send(&self, counter: u64, plain: &[u8]) {
        let Some(live) = &self.live else { return };
        match live.transport.seal(counter, plain) {
            Ok(sealed) => {
                let packet = Head::data(live.their_index, counter).packet(&sealed);
                self.shared.send(&self.mailbox, packet);
            }
            Err(error) => tracing::error!(peer = %self.node, %error, "A packet cannot be sealed."),
        }
    }

    fn begin_work(&mut self, output: Output) {
        let Some(live) = &self.live else { return };
        let (index, shared) = (live.index, Arc::clone(&self.shared));
        let peer = (self.node, self.certificate.role);
        self.work.spawn(async move {
            (index, work::work(shared, peer, output).await.unwrap_or_default())
        });
    }

    /// Something was committed here: the machine hears of it, one reading at a time.
    pub(super) fn read_heads(&mut self) {
        let Some(live) = self.live.as_mut() else { return };
        if live.is_reading {
            live.is_stale = true;
            return;
        }
        (live.is_reading, live.is_stale) = (true, false);
        let (index, shared) = (live.index, Arc::clone(&self.shared));
        let (node, role) = (self.node, self.certificate.role);
        self.work.spawn(async move { (index, work::heads(shared, node, role, false).await) });
    }

    /// A piece of work is done.
    pub(super) async fn done(&mut self, done: Option<Result<(u32, Done), JoinError>>) {
        let (index, done) = match done {
            Some(Ok(done)) => done,
            Some(Err(error)) => {
                tracing::error!(peer = %self.node, %error, "A piece of the exchange's work ended badly.");
                return self.step(Input::StoreFailed).await;
            }
            None => return,
        };
        // Work of an earlier session is of no use to this one.
        let Some(live) = self.live.as_mut().filter(|live| live.index == index) else { return };
        live.arrived = live.arrived.saturating_add(done.arrived);
        if done.is_heads {
            live.is_reading = false;
        }
        let is_stale = live.is_stale;
        for input in done.inputs {
            self.step(input).await;
        }
        if is_stale {
            self.read_heads();
        }
    }
}
