//! Keeps a living router behind the door: asks it for a sign of life, replaces it when it is dead or
//! stuck, and hands it what the application publishes (its own link is the canary).
//! Why: a dead router thread shows nowhere; publishes go on to be accepted and reach nobody.
//! Not here: ending the connections of a router that is given up; they watch its `over`.

use std::collections::HashSet;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::task::JoinError;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::broker::counters::count;
use crate::broker::front::Front;
use crate::broker::policy::Policy;
use crate::broker::router::Fault;
use crate::broker::router::Life;
use crate::broker::router::Link;
use crate::broker::router::ToRouter;

/// Messages of the application in one batch.
const BATCH_MAX: usize = 32;

/// A wait for the router is cut into so many: a machine that slept wakes up to one that is over, and
/// not to a router that seems stuck.
const TICKS: u32 = 4;

/// Before another router is started, when the last one never answered at all.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// A message of the application on its way to the router.
pub(super) struct Own {
    pub(super) topic: String,
    pub(super) payload: Bytes,
    pub(super) retain: bool,
    /// Answered when the router has it; false if it may hold no more retained topics.
    pub(super) taken: oneshot::Sender<bool>,
}

impl Own {
    fn command(&self) -> ToRouter {
        let (topic, payload) = (self.topic.clone(), self.payload.clone());
        ToRouter::Publish { topic, payload, retain: self.retain }
    }
}

/// Keeps `first` and its successors until `stop`.
pub(super) async fn keep_router<P: Policy>(
    front: Arc<Front<P>>,
    first: Arc<Life>,
    mut own: mpsc::Receiver<Own>,
    stop: CancellationToken,
) {
    // With the router when it failed: handed to the next one.
    let mut handed = Vec::new();
    let mut pause = Duration::ZERO;
    let mut life = first;
    loop {
        let mut watch = Watch {
            front: &front,
            life: &life,
            asked: JoinSet::new(),
            kept: HashSet::new(),
            has_answered: false,
        };
        let fault = tokio::select! {
            biased;
            () = stop.cancelled() => None,
            fault = watch.run(pause, &mut own, &mut handed) => Some(fault),
        };
        watch.asked.shutdown().await;
        let Some(fault) = fault else { break };
        pause =
            if watch.has_answered { PAUSE_MIN } else { (pause * 2).clamp(PAUSE_MIN, PAUSE_MAX) };
        report(&front, fault);
        // The new router first: whoever the old one puts out finds it.
        let given_up = std::mem::replace(&mut life, Life::start(&front.limits, stop.child_token()));
        front.set_life(Some(Arc::clone(&life)));
        given_up.over.cancel();
    }
    front.set_life(None);
}

fn report<P: Policy>(front: &Front<P>, fault: Fault) {
    count(&front.counters.router_replaced);
    match fault {
        Fault::Dead => tracing::error!(
            "The MQTT router has died and is replaced; clients connect again by themselves: \
             report what this log shows before this line."
        ),
        Fault::Stuck => {
            count(&front.counters.router_stuck);
            tracing::error!(
                "The MQTT router doesn't answer and is replaced; clients connect again by \
                 themselves: restart the node when there is time, a thread was lost."
            );
        }
    }
}

/// The watch over one router.
struct Watch<'a, P: Policy> {
    front: &'a Arc<Front<P>>,
    life: &'a Arc<Life>,
    /// The application's list of what it holds retained, while it is being made.
    asked: JoinSet<Option<Vec<(String, Bytes)>>>,
    /// Topics under which this router holds a message of the application.
    kept: HashSet<String>,
    has_answered: bool,
}

impl<P: Policy> Watch<'_, P> {
    /// Begins after `pause`; ends when the router is to be given up.
    async fn run(
        &mut self,
        pause: Duration,
        own: &mut mpsc::Receiver<Own>,
        handed: &mut Vec<Own>,
    ) -> Fault {
        sleep(pause).await;
        let limits = &self.front.limits;
        let mut link = match self.life.link(limits.router_within).await {
            Ok(link) => link,
            Err(fault) => return fault,
        };
        let front = Arc::clone(self.front);
        self.asked.spawn(async move {
            timeout(front.limits.policy_within, front.policy.retained()).await.ok()
        });
        let mut retained = VecDeque::new();
        loop {
            // What the application holds goes first: it must not overwrite anything newer.
            let is_ready = self.asked.is_empty() && retained.is_empty();
            let batch = if is_ready {
                handed.retain(|own| self.may_keep(&own.topic, &own.payload, own.retain));
                handed.iter().map(Own::command).collect()
            } else {
                retained.drain(..BATCH_MAX.min(retained.len())).collect()
            };
            if let Err(fault) = round_trip(&mut link, batch, limits.router_within).await {
                return fault;
            }
            self.has_answered = true;
            if is_ready {
                for own in handed.drain(..) {
                    // If nobody waits for the answer any more, it was sent all the same.
                    let _nobody_waits = own.taken.send(true);
                }
            }
            if !retained.is_empty() {
                continue;
            }
            tokio::select! {
                Some(answer) = self.asked.join_next() => retained = self.retained(answer),
                Some(first) = own.recv(), if is_ready => {
                    handed.push(first);
                    while handed.len() < BATCH_MAX && let Ok(more) = own.try_recv() {
                        handed.push(more);
                    }
                }
                () = self.life.doubt.notified() => {}
                () = sleep(limits.canary_every) => {}
            }
        }
    }

    /// What the application holds, for this router; nothing if it failed or took too long to say.
    fn retained(
        &mut self,
        answer: Result<Option<Vec<(String, Bytes)>>, JoinError>,
    ) -> VecDeque<ToRouter> {
        let Ok(Some(all)) = answer else {
            tracing::error!(
                "MQTT clients miss what is retained: restart the node when it is calm."
            );
            return VecDeque::new();
        };
        all.into_iter()
            .filter(|(topic, payload)| {
                self.front.is_sendable(topic, payload) && self.may_keep(topic, payload, true)
            })
            .map(|(topic, payload)| ToRouter::Publish { topic, payload, retain: true })
            .collect()
    }

    /// Whether the router may hold this message too: beyond the limit it would leave some out at
    /// each SUBSCRIBE without a word.
    fn may_keep(&mut self, topic: &str, payload: &Bytes, retain: bool) -> bool {
        let topics_max = self.front.limits.topics;
        if !retain {
            return true;
        }
        if payload.is_empty() {
            self.kept.remove(topic);
            return true;
        }
        if self.kept.contains(topic)
            || self.kept.len() < topics_max && self.kept.insert(topic.to_owned())
        {
            return true;
        }
        tracing::error!(topics_max, "Too many MQTT messages are held: raise the limit of topics.");
        false
    }
}

/// Every batch, also an empty one, must come back in time.
async fn round_trip(link: &mut Link, batch: Vec<ToRouter>, within: Duration) -> Result<(), Fault> {
    link.send(batch).await?;
    for _ in 0..TICKS {
        let answered = timeout(within / TICKS, async {
            while link.is_waiting() {
                link.next().await?;
            }
            Ok(())
        });
        if let Ok(answered) = answered.await {
            return answered;
        }
    }
    Err(Fault::Stuck)
}
