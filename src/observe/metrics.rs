//! Numbers for Prometheus, in one registry per node (three nodes live in one process of the demo).

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

/// Upper ends of the answering time's classes, in seconds: a commit on a memory card takes tens of ms.
const SECONDS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// A gauge that other parts set; whole numbers.
pub type Number = Gauge;
/// A counter that other parts increase.
pub type Count = Counter<u64, AtomicU64>;

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: &'static str,
    status: u16,
}

/// The registry and what `http` counts itself. Clones share them.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    requests: Family<Answered, Counter>,
    seconds: Histogram,
    panics: Counter,
    connections: Gauge,
    sockets: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("noroshi");
        let metrics = Self {
            registry: Arc::default(),
            requests: Family::default(),
            seconds: Histogram::new(SECONDS),
            panics: Counter::default(),
            connections: Gauge::default(),
            sockets: Gauge::default(),
        };
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", version);
        registry.register("http_requests", "Answered requests", metrics.requests.clone());
        registry.register("http_seconds", "Time until the answer", metrics.seconds.clone());
        registry.register("http_panics", "Requests that met a defect", metrics.panics.clone());
        registry.register("http_connections", "Open connections", metrics.connections.clone());
        registry.register("live_sockets", "Open live sockets", metrics.sockets.clone());
        Self { registry: Arc::new(Mutex::new(registry)), ..metrics }
    }
}

impl Metrics {
    /// A number that another part keeps up to date, such as `exchange_waiting_events`.
    #[must_use]
    pub fn number(&self, name: &str, help: &str) -> Number {
        let gauge = Number::default();
        if let Ok(mut registry) = self.registry.lock() {
            registry.register(name, help, gauge.clone());
        }
        gauge
    }

    /// A count that another part increases; the name gets `_total` by itself.
    #[must_use]
    pub fn count(&self, name: &str, help: &str) -> Count {
        let counter = Count::default();
        if let Ok(mut registry) = self.registry.lock() {
            registry.register(name, help, counter.clone());
        }
        counter
    }

    /// A request was answered.
    pub fn answered(&self, method: &'static str, route: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&Answered { method, route, status }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// A request met a defect.
    pub fn panicked(&self) {
        self.panics.inc();
    }

    /// A connection opened; it counts until the answer is dropped.
    #[must_use]
    pub fn connection(&self) -> Held {
        Held::one_more(&self.connections)
    }

    /// A live socket opened; it counts until the answer is dropped.
    #[must_use]
    pub fn socket(&self) -> Held {
        Held::one_more(&self.sockets)
    }

    /// Everything in the text format of Prometheus (OpenMetrics 1.0).
    ///
    /// # Errors
    /// [`std::fmt::Error`] when a number can't be written.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        let registry = self.registry.lock().map_err(|_poisoned| std::fmt::Error)?;
        encode(&mut text, &registry)?;
        Ok(text)
    }
}

/// Something open, counted as long as this lives.
#[derive(Debug)]
pub struct Held(Gauge);

impl Held {
    fn one_more(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_out_as_prometheus_reads_them() {
        let metrics = Metrics::default();
        metrics.answered("GET", "/api/v1/home", 200, Duration::from_millis(3));
        metrics.answered("GET", "/api/v1/home", 200, Duration::from_millis(3));
        metrics.number("exchange_waiting_events", "Waiting").set(7);
        let open = metrics.socket();
        let text = metrics.text().unwrap();
        for line in [
            "noroshi_http_requests_total{method=\"GET\",route=\"/api/v1/home\",status=\"200\"} 2",
            "noroshi_exchange_waiting_events 7",
            "noroshi_live_sockets 1",
            "noroshi_http_seconds_bucket{le=\"0.005\"} 2",
        ] {
            assert!(text.contains(line), "missing {line:?} in:\n{text}");
        }
        drop(open);
        assert!(metrics.text().unwrap().contains("noroshi_live_sockets 0"));
    }
}
