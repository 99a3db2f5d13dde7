//! What each packet of a client means: rights and limits asked, answers written, and what is left
//! of it for the router.
//! Not here: bytes and sockets (`codec`, `client`), the application's decisions (`policy`).

use std::collections::HashSet;
use std::collections::VecDeque;

use bytes::Bytes;
use bytes::BytesMut;
use tokio::time::timeout;

use crate::broker::client::End;
use crate::broker::codec;
use crate::broker::codec::Answer;
use crate::broker::codec::Delivery;
use crate::broker::codec::In;
use crate::broker::codec::Publish;
use crate::broker::counters::count;
use crate::broker::front::Front;
use crate::broker::policy::Policy;
use crate::broker::policy::Verdict;
use crate::broker::router::Life;
use crate::broker::router::ToRouter;
use crate::broker::topic;

/// Commands to the router in one batch; a packet may bring a few more than are left.
const BATCH_MAX: usize = 64;

const GRANTED: u8 = 0;
const REFUSED: u8 = 0x80;

/// What a logged-in client has under way.
pub(super) struct Session<'a, P: Policy> {
    pub(super) front: &'a Front<P>,
    pub(super) peer: P::Peer,
    filters: HashSet<String>,
    /// QoS 2 publishes that were taken and whose PUBREL is still to come.
    unreleased: HashSet<u16>,
}

/// Packets turned into what the router gets and what the client is answered after that.
pub(super) struct Work {
    pub(super) batch: Vec<ToRouter>,
    /// Set if the connection ends. What came before it in `batch` counts all the same.
    pub(super) end: Option<End>,
}

impl<'a, P: Policy> Session<'a, P> {
    pub(super) fn new(front: &'a Front<P>, peer: P::Peer) -> Self {
        Self { front, peer, filters: HashSet::new(), unreleased: HashSet::new() }
    }

    /// Works through `queue` until a batch is full. Answers go into `replies`, to be sent when the
    /// router has done the batch.
    pub(super) async fn work(
        &mut self,
        queue: &mut VecDeque<In>,
        replies: &mut BytesMut,
        life: &Life,
    ) -> Work {
        let mut batch = Vec::new();
        while batch.len() < BATCH_MAX {
            let Some(packet) = queue.pop_front() else { break };
            let done = match packet {
                In::Connect(_) => Err(End::Violation), // A second one (3.1.0-2).
                In::Disconnect => Err(End::Clean),
                In::Ping => {
                    replies.extend_from_slice(&codec::PINGRESP);
                    Ok(())
                }
                In::PubRel(id) => {
                    self.unreleased.remove(&id);
                    codec::put_answer(replies, Answer::PubComp, id);
                    Ok(())
                }
                In::Publish(publish) => self.publish(publish, &mut batch, replies, life).await,
                In::Subscribe { id, filters } => {
                    let codes = self.subscribe(filters, &mut batch, life);
                    codec::put_suback(replies, id, &codes);
                    Ok(())
                }
                In::Unsubscribe { id, filters } => {
                    self.unsubscribe(filters, &mut batch);
                    codec::put_answer(replies, Answer::UnsubAck, id);
                    Ok(())
                }
            };
            if let Err(end) = done {
                queue.clear();
                return Work { batch, end: Some(end) };
            }
        }
        Work { batch, end: None }
    }

    async fn publish(
        &mut self,
        publish: Publish,
        batch: &mut Vec<ToRouter>,
        replies: &mut BytesMut,
        life: &Life,
    ) -> Result<(), End> {
        let Publish { topic, payload, delivery, retain } = publish;
        if !topic::valid_name(&topic, self.front.limits.topic_bytes) {
            return Err(End::Violation);
        }
        let (answer, is_repeat) = match delivery {
            Delivery::Qos0 => (None, false),
            Delivery::Qos1(id) => (Some((Answer::PubAck, id)), false),
            Delivery::Qos2(id) => {
                let is_repeat = self.unreleased.contains(&id);
                if !is_repeat && self.unreleased.len() >= self.front.limits.unreleased_per_client {
                    return Err(End::Violation);
                }
                (Some((Answer::PubRec, id)), is_repeat)
            }
        };
        if !is_repeat {
            batch.extend(decide(self.front, &self.peer, topic, payload, retain, life).await?);
            if let Delivery::Qos2(id) = delivery {
                self.unreleased.insert(id);
            }
        }
        if let Some((answer, id)) = answer {
            codec::put_answer(replies, answer, id);
        }
        Ok(())
    }

    /// One code per filter. The same filter twice in one packet is subscribed to once.
    fn subscribe(
        &mut self,
        filters: Vec<String>,
        batch: &mut Vec<ToRouter>,
        life: &Life,
    ) -> Vec<u8> {
        let limits = &self.front.limits;
        let mut done = HashSet::new();
        let mut codes = Vec::with_capacity(filters.len());
        for filter in filters {
            if done.contains(&filter) {
                codes.push(GRANTED);
                continue;
            }
            let is_held = self.filters.contains(&filter);
            let is_granted = topic::valid_filter(&filter, limits.topic_bytes)
                && (is_held || self.filters.len() < limits.filters_per_client)
                && self.front.policy.may_subscribe(&self.peer, &filter)
                && life.may_learn_filter(&filter, limits.filters);
            if !is_granted {
                count(&self.front.counters.refused_filters);
                codes.push(REFUSED);
                continue;
            }
            if is_held {
                // The router sends retained messages only for a filter that is new to the link; the
                // standard wants them at every SUBSCRIBE (3.8.4-3).
                batch.push(ToRouter::Unsubscribe(filter.clone()));
            }
            batch.push(ToRouter::Subscribe(filter.clone()));
            self.filters.insert(filter.clone());
            done.insert(filter);
            codes.push(GRANTED);
        }
        codes
    }

    fn unsubscribe(&mut self, filters: Vec<String>, batch: &mut Vec<ToRouter>) {
        // The router answers only for filters it knows, the standard for every packet.
        let held = filters.into_iter().filter(|filter| self.filters.remove(filter));
        batch.extend(held.map(ToRouter::Unsubscribe));
    }
}

/// Asks the application and gives back what the router gets of it, if anything. Also for wills.
pub(super) async fn decide<P: Policy>(
    front: &Front<P>,
    peer: &P::Peer,
    topic: String,
    payload: Bytes,
    retain: bool,
    life: &Life,
) -> Result<Option<ToRouter>, End> {
    let asked = front.policy.publish(peer, &topic, &payload, retain);
    let Ok(verdict) = timeout(front.limits.policy_within, asked).await else {
        tracing::warn!("An MQTT message was not taken in time: the client will send it again.");
        return Err(End::Refused);
    };
    match verdict {
        Verdict::Refuse => Err(End::Refused),
        Verdict::Absorb => Ok(None),
        // Acknowledged, and it reaches nobody: no filter that begins with `$` is granted.
        Verdict::Route if topic.starts_with('$') => Ok(None),
        Verdict::Route if !life.may_learn_topic(&topic, front.limits.topics) => Err(End::Refused),
        Verdict::Route => Ok(Some(ToRouter::Publish { topic, payload, retain })),
    }
}
