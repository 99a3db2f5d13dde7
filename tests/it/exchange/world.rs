//! A world of two nodes for tests of the machine: pipe, disks and clock are virtual, dice decide.
//! The same seed does the same again. Each invariant that must hold at any moment is asserted here.
#![expect(clippy::cast_possible_truncation, reason = "sizes of a test world are small")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use noroshi::domain::event::run::RawEvent;
use noroshi::domain::event::run::Run;
use noroshi::domain::ids::BlobHash;
use noroshi::domain::ids::LogId;
use noroshi::domain::ids::OrgId;
use noroshi::domain::ids::OriginId;
use noroshi::domain::ids::Seq;
use noroshi::domain::ids::Signature;
use noroshi::domain::stream::Class;
use noroshi::domain::stream::Stream;
use noroshi::domain::time::ClockState;
use noroshi::sync::protocol::Blob;
use noroshi::sync::protocol::BlobState;
use noroshi::sync::protocol::Closed;
use noroshi::sync::protocol::Head;
use noroshi::sync::protocol::Input;
use noroshi::sync::protocol::Me;
use noroshi::sync::protocol::Now;
use noroshi::sync::protocol::Outcome;
use noroshi::sync::protocol::Output;
use noroshi::sync::protocol::PACKET_MAX;
use noroshi::sync::protocol::PACKET_OVERHEAD;
use noroshi::sync::protocol::PIECE_BYTES;
use noroshi::sync::protocol::Session;
use noroshi::sync::protocol::Wanted;

pub(crate) const ORG: OrgId = OrgId([1; 16]);

/// SplitMix64: enough to be unpredictable for the machine, and the same everywhere.
pub(crate) struct Dice(pub u64);

impl Dice {
    pub(crate) fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below.max(1)
    }

    pub(crate) fn happens(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }
}

/// What the line does to packets.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) loss: u64,
    pub(crate) repeat: u64,
    pub(crate) delay_ms: u64,
    pub(crate) jitter_ms: u64,
    pub(crate) cut: bool,
}

/// One log in a store that only counts and never invents.
pub(crate) struct Log {
    pub(crate) stream: Stream,
    pub(crate) events: Vec<RawEvent>,
    pub(crate) sealed: BTreeSet<u64>,
}

#[derive(Default)]
pub(crate) struct Part {
    pub(crate) bytes: u64,
    pub(crate) pieces: Vec<Option<Vec<u8>>>,
}

pub(crate) struct Node {
    pub(crate) session: Session,
    pub(crate) logs: BTreeMap<LogId, Log>,
    pub(crate) blobs: BTreeMap<BlobHash, Vec<u8>>,
    pub(crate) parts: BTreeMap<BlobHash, Part>,
    pub(crate) wanted: Vec<Wanted>,
    /// What this node believes that its peer has committed.
    pub(crate) peer: BTreeMap<LogId, Seq>,
    pub(crate) acknowledged: BTreeMap<LogId, Seq>,
    pub(crate) peer_blobs: BTreeSet<BlobHash>,
    pub(crate) opened: BTreeSet<u64>,
    pub(crate) stored_twice: u64,
    pub(crate) sent_packets: u64,
    pub(crate) sent_bytes: u64,
    pub(crate) stalled: bool,
    pub(crate) closed: Option<Closed>,
    /// Its disk never answers.
    pub(crate) is_stuck: bool,
}

pub(crate) enum What {
    Packet { counter: u64, plain: Vec<u8> },
    Answer(Input),
    Commit,
}

pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) ms: u64,
    pub(crate) order: u64,
    pub(crate) life: u64,
    pub(crate) line: Line,
    pub(crate) nodes: [Node; 2],
    /// (time, order) → (node, session's life, what)
    pub(crate) heap: BTreeMap<(u64, u64), (usize, u64, What)>,
    pub(crate) sessions: u64,
}

pub(crate) fn now(ms: u64) -> Now {
    Now {
        ms,
        unix_ms: 1_700_000_000_000 + ms.cast_signed(),
        clock: ClockState::Trusted,
        error_ms: 5,
    }
}

pub(crate) fn node() -> Node {
    Node {
        session: Session::new(Me { org: ORG }, now(0)),
        logs: BTreeMap::new(),
        blobs: BTreeMap::new(),
        parts: BTreeMap::new(),
        wanted: Vec::new(),
        peer: BTreeMap::new(),
        acknowledged: BTreeMap::new(),
        peer_blobs: BTreeSet::new(),
        opened: BTreeSet::new(),
        stored_twice: 0,
        sent_packets: 0,
        sent_bytes: 0,
        stalled: false,
        closed: None,
        is_stuck: false,
    }
}

impl Node {
    pub(crate) fn heads(&self) -> Vec<Head> {
        let head = |(log, kept): (&LogId, &Log)| Head {
            stream: kept.stream.clone(),
            log: *log,
            n: Seq(kept.events.len() as u64),
        };
        self.logs.iter().map(head).collect()
    }

    /// One commit: events that get one seal together.
    pub(crate) fn commit(&mut self, stream: &Stream, origin: OriginId, sizes: &[usize]) {
        let log = LogId { stream: stream.id(&ORG), origin };
        let kept = self.logs.entry(log).or_insert_with(|| Log {
            stream: stream.clone(),
            events: Vec::new(),
            sealed: BTreeSet::new(),
        });
        for size in sizes {
            let n = kept.events.len() as u64 + 1;
            let mut body = vec![0; *size];
            body.splice(..8.min(*size), n.to_be_bytes().into_iter().take(8.min(*size)));
            kept.events.push(RawEvent { header: origin.0[..4].to_vec(), body });
        }
        kept.sealed.insert(kept.events.len() as u64);
    }

    pub(crate) fn knows_peer_has(&self, which: impl Fn(&LogId) -> bool) -> bool {
        let known = |log: &LogId| self.peer.get(log).map_or(0, |n| n.0);
        let mut asked = self.logs.iter().filter(|(log, _)| which(log));
        asked.all(|(log, kept)| known(log) >= kept.events.len() as u64)
    }

    pub(crate) fn read(&self, log: LogId, from: Seq, bytes_max: usize) -> Option<(Stream, Run)> {
        let kept = self.logs.get(&log)?;
        let mut end = None;
        for seal in kept.sealed.range(from.0..) {
            let events = &kept.events[from.0 as usize - 1..*seal as usize];
            let bytes: usize =
                events.iter().map(|event| event.header.len() + event.body.len()).sum();
            if end.is_some() && bytes > bytes_max {
                break;
            }
            end = Some(*seal);
        }
        let events = kept.events[from.0 as usize - 1..end? as usize].to_vec();
        let seal = Signature([7; 64]);
        Some((kept.stream.clone(), Run { log, first: from, events, seal }))
    }

    pub(crate) fn store(&mut self, runs: Vec<(Stream, Run)>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for (stream, run) in runs {
            assert_eq!(stream.id(&ORG), run.log.stream, "the stream and its name belong together");
            let (log, last) = (run.log, run.last());
            let kept = self.logs.entry(log).or_insert_with(|| Log {
                stream,
                events: Vec::new(),
                sealed: BTreeSet::new(),
            });
            let have = kept.events.len() as u64;
            if run.first.0 > have + 1 {
                outcomes.push(Outcome::Gap { log, have: Seq(have) });
            } else if last.0 <= have {
                self.stored_twice += run.events.len() as u64;
                outcomes.push(Outcome::Have { log, n: Seq(have) });
            } else {
                let again = have + 1 - run.first.0;
                self.stored_twice += again;
                kept.events.extend(run.events.into_iter().skip(again as usize));
                kept.sealed.insert(last.0);
                outcomes.push(Outcome::Stored { log, n: last });
            }
        }
        outcomes
    }
}

impl World {
    pub(crate) fn new(seed: u64, line: Line) -> Self {
        let nodes = [node(), node()];
        let dice = Dice(seed);
        Self { dice, ms: 1, order: 0, life: 0, line, nodes, heap: BTreeMap::new(), sessions: 0 }
    }

    pub(crate) fn later(&mut self, at: u64, to: usize, what: What) {
        self.order += 1;
        self.heap.insert((at, self.order), (to, self.life, what));
    }

    /// Both nodes shake hands: new sessions, what was on the way is gone.
    pub(crate) fn shake(&mut self) {
        self.life += 1;
        self.sessions += 1;
        self.heap.retain(|_, (_, _, what)| matches!(what, What::Commit));
        for at in 0..2 {
            let me = &mut self.nodes[at];
            me.session = Session::new(Me { org: ORG }, now(self.ms));
            me.opened.clear();
            me.acknowledged.clear();
            me.closed = None;
            me.stalled = false;
            let input = Input::Begin { heads: me.heads(), remembered: me.peer.clone() };
            let wanted = Input::Wanted(me.wanted.clone());
            self.step(at, input);
            self.step(at, wanted);
        }
    }

    pub(crate) fn step(&mut self, at: usize, input: Input) {
        let outputs = self.nodes[at].session.step(now(self.ms), input);
        for output in outputs {
            self.output(at, output);
        }
    }

    pub(crate) fn answer(&mut self, at: usize, input: Input) {
        // The disk takes its time.
        let when = self.ms + 1 + self.dice.roll(40);
        self.later(when, at, What::Answer(input));
    }

    pub(crate) fn output(&mut self, at: usize, output: Output) {
        match output {
            Output::Send { counter, plain } => self.send(at, counter, &plain),
            Output::Store(_) if self.nodes[at].is_stuck => {}
            Output::Store(runs) => {
                let outcomes = self.nodes[at].store(runs);
                self.answer(at, Input::Stored(outcomes));
                let heads = self.nodes[at].heads();
                self.answer(at, Input::Heads(heads));
            }
            Output::Read { log, from, bytes_max } => {
                let run = self.nodes[at].read(log, from, bytes_max);
                self.answer(at, Input::Run { log, from, run });
            }
            Output::PeerHeads { heads, replace } => self.peer_heads(at, heads, replace),
            Output::PeerTime { offset_ms, error_ms, .. } => {
                assert!(
                    offset_ms.unsigned_abs() <= error_ms,
                    "clocks agree: {offset_ms} ± {error_ms}"
                );
            }
            Output::PeerHasBlob(hash) => {
                assert!(
                    self.nodes[1 - at].blobs.contains_key(&hash),
                    "a blob told before it is there"
                );
                self.nodes[at].peer_blobs.insert(hash);
            }
            Output::Stalled(stalled) => self.nodes[at].stalled = stalled,
            Output::Close(why) => self.nodes[at].closed = Some(why),
            Output::Certificate(_) => panic!("nobody sent a certificate"),
            Output::BlobOpen(_)
            | Output::BlobBegin { .. }
            | Output::BlobWrite { .. }
            | Output::BlobFinish(_)
            | Output::BlobServe(_)
            | Output::BlobRead { .. } => self.blob_output(at, output),
        }
    }

    pub(crate) fn peer_heads(&mut self, at: usize, heads: Vec<(LogId, Seq)>, replace: bool) {
        for (log, n) in &heads {
            let committed = self.nodes[1 - at].logs.get(log).map_or(0, |kept| kept.events.len());
            assert!(committed as u64 >= n.0, "{n:?} acknowledged, but {committed} are committed");
        }
        let me = &mut self.nodes[at];
        if replace {
            // An acknowledgement of this session stands, whatever was written before it.
            for (log, n) in &me.acknowledged {
                let said = heads.iter().find(|head| head.0 == *log).map_or(0, |head| head.1.0);
                assert!(said >= n.0, "{n:?} was acknowledged and is taken back to {said}");
            }
            me.peer.clear();
        } else {
            me.acknowledged.extend(heads.iter().copied());
        }
        for (log, n) in heads {
            let known = me.peer.entry(log).or_default();
            *known = n.max(*known);
        }
    }

    pub(crate) fn send(&mut self, at: usize, counter: u64, plain: &[u8]) {
        let bytes = plain.len() + PACKET_OVERHEAD;
        assert!(bytes <= PACKET_MAX, "a packet of {bytes} bytes");
        self.nodes[at].sent_packets += 1;
        self.nodes[at].sent_bytes += bytes as u64;
        let copies = if self.line.cut || self.dice.happens(self.line.loss) {
            0
        } else {
            1 + usize::from(self.dice.happens(self.line.repeat))
        };
        for _ in 0..copies {
            let when = self.ms + self.line.delay_ms + self.dice.roll(self.line.jitter_ms + 1);
            self.later(when, 1 - at, What::Packet { counter, plain: plain.to_vec() });
        }
    }

    pub(crate) fn blob_output(&mut self, at: usize, output: Output) {
        let whole = self.nodes[1 - at].blobs.clone();
        let me = &mut self.nodes[at];
        let input = match output {
            Output::BlobOpen(wanted) => {
                let state = if me.blobs.contains_key(&wanted.hash) {
                    BlobState::Complete
                } else if let Some(part) = me.parts.get(&wanted.hash) {
                    BlobState::Part(part.pieces.iter().map(Option::is_some).collect())
                } else {
                    BlobState::Absent
                };
                Input::BlobAt(wanted.hash, state)
            }
            Output::BlobBegin { wanted, list } => {
                let count = (wanted.bytes as usize).div_ceil(PIECE_BYTES).max(1);
                assert_eq!(list.len(), if count == 1 { 0 } else { count }, "the whole list");
                me.parts
                    .insert(wanted.hash, Part { bytes: wanted.bytes, pieces: vec![None; count] });
                Input::BlobAt(wanted.hash, BlobState::Part(vec![false; count]))
            }
            Output::BlobWrite { hash, index, bytes } => {
                let from = index as usize * PIECE_BYTES;
                let to = whole[&hash].len().min(from + PIECE_BYTES);
                let is_good = whole[&hash][from..to] == bytes[..];
                me.parts.get_mut(&hash).expect("a part was begun").pieces[index as usize] =
                    Some(bytes);
                Input::Written { hash, index, is_good }
            }
            Output::BlobFinish(hash) => {
                let part = me.parts.remove(&hash).expect("a part is finished");
                let bytes: Vec<u8> =
                    part.pieces.into_iter().flat_map(|p| p.expect("whole")).collect();
                assert_eq!(
                    (bytes.len() as u64, &bytes),
                    (part.bytes, &whole[&hash]),
                    "the same bytes"
                );
                me.blobs.insert(hash, bytes);
                me.wanted.retain(|wanted| wanted.hash != hash);
                Input::BlobAt(hash, BlobState::Complete)
            }
            Output::BlobServe(hash) => {
                let blob = me.blobs.get(&hash).map(|bytes| {
                    let count = bytes.len().div_ceil(PIECE_BYTES).max(1);
                    let list = if count == 1 { Vec::new() } else { vec![[3; 32]; count] };
                    Blob { bytes: bytes.len() as u64, list }
                });
                Input::Serve(hash, blob)
            }
            Output::BlobRead { hash, index } => {
                let from = index as usize * PIECE_BYTES;
                let piece =
                    |bytes: &Vec<u8>| bytes[from..bytes.len().min(from + PIECE_BYTES)].to_vec();
                Input::PieceRead { hash, index, bytes: me.blobs.get(&hash).map(piece) }
            }
            Output::Send { .. }
            | Output::Store(_)
            | Output::Read { .. }
            | Output::PeerHeads { .. }
            | Output::PeerTime { .. }
            | Output::Certificate(_)
            | Output::PeerHasBlob(_)
            | Output::Stalled(_)
            | Output::Close(_) => panic!("not of a blob"),
        };
        self.answer(at, input);
    }

    /// Runs until `done` or the virtual deadline; sessions that end are begun anew after 1 to 2 s.
    pub(crate) fn run_until(&mut self, deadline_ms: u64, done: impl Fn(&Self) -> bool) -> bool {
        let mut again_ms = None;
        while self.ms < deadline_ms && !done(self) {
            let closed = self.nodes.iter().any(|node| node.closed.is_some());
            if closed && again_ms.is_none() {
                again_ms = Some(self.ms + 1_000 + self.dice.roll(1_000));
            }
            let wakes = self.nodes.iter().filter(|node| node.closed.is_none());
            let wake = wakes.map(|node| node.session.wake_ms()).min();
            let event = self.heap.keys().next().map(|(at, _)| *at);
            let Some(next) = [wake, event, again_ms].into_iter().flatten().min() else { break };
            if next >= deadline_ms {
                self.ms = deadline_ms;
                break;
            }
            self.ms = self.ms.max(next).max(self.ms + u64::from(event != Some(next)));
            if again_ms.is_some_and(|at| at <= self.ms) {
                again_ms = None;
                if self.line.cut {
                    again_ms = Some(self.ms + 2_000);
                } else {
                    self.shake();
                }
                continue;
            }
            let is_due = self.heap.first_key_value().is_some_and(|((at, _), _)| *at <= self.ms);
            if let Some((_, (to, life, what))) = if is_due { self.heap.pop_first() } else { None } {
                self.happen(to, life, what);
            } else {
                self.step(0, Input::Tick);
                self.step(1, Input::Tick);
            }
        }
        done(self)
    }

    pub(crate) fn happen(&mut self, to: usize, life: u64, what: What) {
        match what {
            What::Commit => {
                self.commit(to);
                let heads = self.nodes[to].heads();
                self.step(to, Input::Heads(heads));
            }
            What::Packet { counter, plain } if life == self.life => {
                // As the replay window does: each counter once.
                if self.nodes[to].opened.insert(counter) {
                    self.step(to, Input::Packet { counter, plain });
                }
            }
            What::Answer(input) if life == self.life => self.step(to, input),
            What::Packet { .. } | What::Answer(_) => {}
        }
    }

    /// Somebody writes something: small mostly, now and then a whole import under one seal.
    pub(crate) fn commit(&mut self, at: usize) {
        let class =
            [Class::Room, Class::Notice, Class::Mark, Class::Answer][self.dice.roll(4) as usize];
        let stream = Stream { class, creation: vec![self.dice.roll(3) as u8] };
        let origin = OriginId([at as u8 + 1; 16]);
        let sizes: Vec<usize> = match self.dice.roll(20) {
            0 => (0..300).map(|_| 400).collect(),
            1 => vec![16_000],
            2..6 => (0..self.dice.roll(8) + 1).map(|_| 150).collect(),
            _ => vec![20 + self.dice.roll(200) as usize],
        };
        self.nodes[at].commit(&stream, origin, &sizes);
    }

    pub(crate) fn are_equal(&self) -> bool {
        let [a, b] = &self.nodes;
        let logs = |node: &Node| -> Vec<(LogId, usize)> {
            node.logs.iter().map(|(log, kept)| (*log, kept.events.len())).collect()
        };
        let blobs = a.wanted.is_empty() && b.wanted.is_empty();
        logs(a) == logs(b) && blobs && self.knows_of_peer()
    }

    /// Both know that the other has everything.
    pub(crate) fn knows_of_peer(&self) -> bool {
        self.nodes.iter().all(|node| node.knows_peer_has(|_| true))
    }

    pub(crate) fn same_bytes(&self) {
        let [a, b] = &self.nodes;
        for (log, kept) in &a.logs {
            assert_eq!(
                kept.events, b.logs[log].events,
                "log {log:?}: other bytes or another order"
            );
        }
    }

    pub(crate) fn add_blob(&mut self, holder: usize, size: usize, class: u8) -> BlobHash {
        let bytes: Vec<u8> = (0..size).map(|at| (at / 7) as u8 ^ class).collect();
        let hash = BlobHash::of(&bytes);
        self.nodes[holder].blobs.insert(hash, bytes);
        self.nodes[1 - holder].wanted.push(Wanted { hash, bytes: size as u64, class });
        hash
    }
}
