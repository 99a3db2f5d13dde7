//! One logged-in connection: bytes in, bytes out, the link to the router, and its deadlines.
//! Why one loop: whoever waits for the client, the router or the application must at any moment
//! hear that time is up, that another connection took over, or that the door closes.
//! Back-pressure: nothing is read while a batch is with the router or output piles up; nothing is
//! taken from the router while output piles up, which then forgets the oldest for this client.
//! Not here: what packets mean (`packets`), getting in (`login`).

use std::collections::VecDeque;
use std::io;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use crate::broker::codec;
use crate::broker::codec::In;
use crate::broker::deadlines::Deadlines;
use crate::broker::deadlines::Doing;
use crate::broker::deadlines::Late;
use crate::broker::deadlines::now;
use crate::broker::packets::Session;
use crate::broker::packets::Work;
use crate::broker::policy::Policy;
use crate::broker::router::FromRouter;
use crate::broker::router::Link;

/// Above it nothing is taken from the router or the client until some of it has been written.
const OUTPUT_HIGH_BYTES: usize = 64 * 1024;

/// A read makes room for this much at least, and grows with what is there already.
const READ_BYTES: usize = 1024;

/// A buffer that grew beyond it is given back when it is empty.
const KEEP_BYTES: usize = 64 * 1024;

/// Packets taken from the buffer at a time: 32,000 pings fit into 64 KiB.
const QUEUE_MAX: usize = 256;

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client said so: its will is dropped.
    Clean,
    /// The client is gone.
    Lost,
    /// Bytes that 3.1.1 doesn't allow.
    Violation,
    /// A publish outside the client's rights.
    Refused,
    /// A deadline passed.
    TooSlow,
    /// The same client connected again.
    TakenOver,
    /// The router failed or was given up.
    Router,
}

/// Cancelled from outside: both end the connection.
pub(super) struct Outside<'a> {
    /// The router is given up or the door closes.
    pub(super) over: &'a CancellationToken,
    /// Another connection of the same user took the client id.
    pub(super) taken_over: &'a CancellationToken,
}

pub(super) struct Client<'a, P: Policy> {
    session: Session<'a, P>,
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    link: Link,
    input: BytesMut,
    /// The input goes on with what is no packet.
    is_broken: bool,
    /// Packets read and not yet worked through.
    queue: VecDeque<In>,
    /// Answers to the batch that is with the router. They go out before the retained messages that
    /// a SUBSCRIBE in it causes.
    replies: BytesMut,
    output: BytesMut,
    deadlines: Deadlines,
}

impl<'a, P: Policy> Client<'a, P> {
    /// `input` holds what was read behind CONNECT: a client need not wait for CONNACK.
    pub(super) fn new(
        session: Session<'a, P>,
        socket: TcpStream,
        link: Link,
        input: BytesMut,
        keepalive_s: u16,
    ) -> Self {
        let (reader, writer) = socket.into_split();
        let deadlines = Deadlines::new(keepalive_s, &session.front.limits, now());
        let output = BytesMut::from(&codec::connack(0)[..]);
        let (queue, replies) = (VecDeque::new(), BytesMut::new());
        let is_broken = false;
        Self { session, reader, writer, link, input, is_broken, queue, replies, output, deadlines }
    }

    /// Serves the client until something ends it; gives back why, the peer and the link.
    pub(super) async fn run(mut self, outside: &Outside<'_>) -> (End, P::Peer, Link) {
        let end = loop {
            match self.turn(outside).await {
                Ok(()) => {}
                Err(end) => break end,
            }
        };
        // Answers that are due, as far as they can go at once: CONNACK to a client that sent all it
        // had in one segment and said goodbye. The end is the same if they can't.
        let _not_waited_for = self.writer.try_write(&self.output);
        // The socket closes here, before a will is thought about.
        let Self { session, link, .. } = self;
        (end, session.peer, link)
    }

    async fn turn(&mut self, outside: &Outside<'_>) -> Result<(), End> {
        if !self.link.is_waiting() {
            self.parse()?;
            if !self.queue.is_empty() {
                self.hand_over(outside).await?;
            }
        }
        let has_room = self.output.len() < OUTPUT_HIGH_BYTES;
        let doing = Doing {
            reads: has_room && !self.link.is_waiting(),
            awaits_router: has_room && self.link.is_waiting(),
        };
        if !self.output.is_empty() {
            self.deadlines.writing(0, now());
        }
        let (deadline, late) = self.deadlines.next(doing, &self.session.front.limits);
        // Biased: what is there already is taken before a deadline is believed.
        tokio::select! {
            biased;
            () = outside.over.cancelled() => Err(End::Router),
            () = outside.taken_over.cancelled() => Err(End::TakenOver),
            wrote = self.writer.write_buf(&mut self.output), if !self.output.is_empty() => {
                self.wrote(&wrote, has_room)
            }
            read = read(&mut self.reader, &mut self.input), if doing.reads => match read {
                Ok(1..) => Ok(()),
                Ok(0) | Err(_) => Err(End::Lost),
            },
            first = self.link.next(), if has_room => match first {
                Ok(first) => self.take(first),
                Err(_fault) => Err(self.router_failed()),
            },
            () = sleep_until(deadline) => Err(match late {
                Late::Silent | Late::Packet | Late::Reading => End::TooSlow,
                Late::Router => self.router_failed(),
            }),
        }
    }

    /// Takes the complete packets out of what was read. What came before bytes that are no packet
    /// is worked through first.
    fn parse(&mut self) -> Result<(), End> {
        let bytes_max = self.session.front.limits.packet_bytes;
        while self.queue.len() < QUEUE_MAX && !self.is_broken {
            match codec::take(&mut self.input, bytes_max) {
                Ok(Some(packet)) => {
                    self.deadlines.heard(now());
                    self.queue.push_back(packet);
                }
                Ok(None) => break,
                Err(_bad) => self.is_broken = true,
            }
        }
        if self.is_broken && self.queue.is_empty() {
            return Err(End::Violation);
        }
        if !self.input.is_empty() {
            self.deadlines.packet_begun(now());
        } else if self.input.capacity() > KEEP_BYTES {
            self.input = BytesMut::new();
        }
        Ok(())
    }

    /// Works packets through and gives their batch to the router. An empty batch goes too: so that
    /// an answer always says that the router lives, and a client can't run ahead of it.
    async fn hand_over(&mut self, outside: &Outside<'_>) -> Result<(), End> {
        let life = self.link.life();
        let work = tokio::select! {
            biased;
            () = outside.over.cancelled() => return Err(End::Router),
            () = outside.taken_over.cancelled() => return Err(End::TakenOver),
            work = self.session.work(&mut self.queue, &mut self.replies, life) => work,
        };
        let Work { batch, end } = work;
        if let Some(end) = end
            && batch.is_empty()
        {
            return Err(end);
        }
        if self.link.send(batch).await.is_err() {
            return Err(self.router_failed());
        }
        self.deadlines.router_lives(now());
        self.deadlines.reading_again(now());
        end.map_or(Ok(()), Err)
    }

    fn wrote(&mut self, wrote: &io::Result<usize>, had_room: bool) -> Result<(), End> {
        let Ok(bytes @ 1..) = *wrote else { return Err(End::Lost) };
        if self.output.is_empty() {
            self.deadlines.written();
            if self.output.capacity() > KEEP_BYTES * 2 {
                self.output = BytesMut::new();
            }
        } else {
            self.deadlines.writing(bytes, now());
        }
        if !had_room && self.output.len() < OUTPUT_HIGH_BYTES {
            // We listened to nobody meanwhile: that is held against neither router nor client.
            self.deadlines.router_lives(now());
            self.deadlines.reading_again(now());
        }
        Ok(())
    }

    /// Takes what the router has for us, up to the mark.
    fn take(&mut self, first: FromRouter) -> Result<(), End> {
        let mut next = first;
        loop {
            match next {
                FromRouter::Message { topic, payload, retain } => {
                    codec::put_publish(&mut self.output, &topic, &payload, retain);
                }
                FromRouter::BatchDone => self.output.extend_from_slice(&self.replies.split()),
                FromRouter::Nothing => {}
            }
            if self.output.len() >= OUTPUT_HIGH_BYTES {
                break;
            }
            match self.link.next_now() {
                Some(Ok(more)) => next = more,
                Some(Err(_fault)) => return Err(self.router_failed()),
                None => break,
            }
        }
        self.deadlines.router_lives(now());
        Ok(())
    }

    /// Has the canary look at once: is it the router, or only this link?
    fn router_failed(&self) -> End {
        self.link.life().doubt.notify_one();
        End::Router
    }
}

/// Reads what is there. Room grows with the packet, so that a large one is few reads and an idle
/// connection holds little.
async fn read(reader: &mut OwnedReadHalf, input: &mut BytesMut) -> io::Result<usize> {
    if input.capacity() - input.len() < READ_BYTES {
        input.reserve(input.len().clamp(READ_BYTES, KEEP_BYTES));
    }
    reader.read_buf(input).await
}
