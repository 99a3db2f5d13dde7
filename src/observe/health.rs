//! What is not as it should be, in the words of the part that noticed it.
//!
//! A part sets its reason and takes it away itself: health is what holds now, not what once happened.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;

/// Reasons why a node is degraded. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Health {
    reasons: Arc<Mutex<BTreeMap<&'static str, String>>>,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Which part says so: `broker`, `disk`, `clock` …
    pub part: &'static str,
    /// One sentence.
    pub detail: String,
}

impl Health {
    /// This part is not well.
    pub fn degraded(&self, part: &'static str, detail: impl Into<String>) {
        if let Ok(mut reasons) = self.reasons.lock() {
            reasons.insert(part, detail.into());
        }
    }

    /// This part is well again.
    pub fn well(&self, part: &'static str) {
        if let Ok(mut reasons) = self.reasons.lock() {
            reasons.remove(part);
        }
    }

    /// Everything that is not as it should be, by part.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        let Ok(reasons) = self.reasons.lock() else { return Vec::new() };
        reasons.iter().map(|(part, detail)| Reason { part, detail: detail.clone() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_goes_when_its_part_is_well_again() {
        let health = Health::default();
        health.degraded("broker", "The router was replaced.");
        health.degraded("broker", "The router was replaced twice.");
        let reasons = health.reasons();
        assert_eq!(reasons.len(), 1, "one part has one reason");
        assert_eq!(reasons[0].detail, "The router was replaced twice.");
        health.well("broker");
        assert_eq!(health.reasons(), []);
    }
}
