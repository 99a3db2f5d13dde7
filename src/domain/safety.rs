//! Safety checks 安否確認: one question to everybody, one tap, and the call list 電話連絡リスト.
//!
//! Conflict rules: the latest answer wins, the history stays; with s the latest own answer and p the latest by
//! proxy (a caller's record): p if it is later than s by more than 10 minutes, else s. Of deadlines the latest
//! change wins, the earliest close counts; answers after the close are late, not lost.

use minicbor::Decode;
use minicbor::Encode;

use crate::domain::ids::AccountNo;
use crate::domain::ids::ClientId;
use crate::domain::ids::NodeId;

/// Shortest, usual and longest time to answer, in minutes.
pub const MINUTES: (u32, u32, u32) = (1, 5, 60);

/// A proxy's word counts over the person's own only when it is later by more than this, in ms.
pub const PROXY_LEAD_MS: i64 = 10 * 60 * 1000;

/// One answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Answer {
    /// 無事.
    #[n(1)]
    Safe,
    /// けが.
    #[n(2)]
    Hurt,
    /// 支援が必要.
    #[n(3)]
    Help,
    /// Taken back by the screen's undo.
    #[n(4)]
    Withdrawn,
}

impl Answer {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Safe, Self::Hurt, Self::Help, Self::Withdrawn];

    /// Word of the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Hurt => "hurt",
            Self::Help => "help",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.word() == word)
    }

    /// Number on disk.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Safe => 1,
            Self::Hurt => 2,
            Self::Help => 3,
            Self::Withdrawn => 4,
        }
    }

    /// Reads the number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.number() == number)
    }
}

/// `safety.open`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SafetyOpen {
    /// Drawn by the desk's browser.
    #[n(0)]
    pub client_id: ClientId,
    /// 第n回.
    #[n(1)]
    pub number: u32,
    /// The question.
    #[n(2)]
    pub text: String,
    /// Unix ms.
    #[n(3)]
    pub deadline_ms: i64,
    /// Nodes whose people are asked; absent: everybody.
    #[n(4)]
    pub nodes: Option<Vec<NodeId>>,
    /// 訓練; absent: real.
    #[n(5)]
    pub drill: Option<bool>,
}

/// `safety.change` of the parent: another deadline, or the end.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SafetyChange {
    /// Drawn by the desk's browser.
    #[n(0)]
    pub client_id: ClientId,
    /// New deadline, Unix ms.
    #[n(1)]
    pub deadline_ms: Option<i64>,
    /// The check is over.
    #[n(2)]
    pub closed: bool,
}

/// `safety.answer` to the parent.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SafetyAnswer {
    /// Drawn by the browser.
    #[n(0)]
    pub client_id: ClientId,
    /// The answer.
    #[n(1)]
    pub answer: Answer,
    /// One remark.
    #[n(2)]
    pub note: String,
    /// Writer's time, as in messages.
    #[n(3)]
    pub written_ms: Option<i64>,
}

/// What a caller records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum CallMark {
    /// 電話中.
    #[n(1)]
    Calling,
    /// Spoken to; with the answer.
    #[n(2)]
    Reached,
    /// 不在.
    #[n(3)]
    NotReached,
    /// 番号ちがい.
    #[n(4)]
    WrongNumber,
    /// 対応する: somebody takes care of who needs help.
    #[n(5)]
    TakesCare,
    /// The mark is taken back.
    #[n(6)]
    Clear,
}

impl CallMark {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Calling,
        Self::Reached,
        Self::NotReached,
        Self::WrongNumber,
        Self::TakesCare,
        Self::Clear,
    ];

    /// Word of the API and on disk.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Calling => "calling",
            Self::Reached => "reached",
            Self::NotReached => "not_reached",
            Self::WrongNumber => "wrong_number",
            Self::TakesCare => "takes_care",
            Self::Clear => "clear",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.word() == word)
    }
}

/// `safety.call` about the parent check.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SafetyCall {
    /// Drawn by the desk's browser.
    #[n(0)]
    pub client_id: ClientId,
    /// Who was called.
    #[n(1)]
    pub account: AccountNo,
    /// What came out.
    #[n(2)]
    pub mark: CallMark,
    /// What the person said, when reached.
    #[n(3)]
    pub answer: Option<Answer>,
}

/// One answer among several, as the rule sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Position in the one display order; greater is later.
    pub order: (i64, u32, [u8; 16], u64),
    /// The answer.
    pub answer: Answer,
    /// Recorded by a caller, not given by the person.
    pub by_proxy: bool,
}

/// Which answer stands: index into `all`, which may be in any order.
#[must_use]
pub fn standing(all: &[Said]) -> Option<usize> {
    let latest = |proxy: bool| {
        all.iter()
            .enumerate()
            .filter(|(_, said)| said.by_proxy == proxy)
            .max_by_key(|(_, said)| said.order)
    };
    match (latest(false), latest(true)) {
        (Some((own, s)), Some((proxy, p))) => {
            let lead = p.order.0.saturating_sub(s.order.0);
            // An own answer that was taken back no longer speaks for the person.
            let proxy_stands =
                lead > PROXY_LEAD_MS || (s.answer == Answer::Withdrawn && p.order > s.order);
            Some(if proxy_stands { proxy } else { own })
        }
        (Some((index, _)), None) | (None, Some((index, _))) => Some(index),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(time_ms: i64, answer: Answer, by_proxy: bool) -> Said {
        Said { order: (time_ms, 0, [0; 16], 1), answer, by_proxy }
    }

    #[test]
    fn own_word_counts_unless_the_proxys_is_much_later() {
        let own = said(1_000, Answer::Safe, false);
        let soon = said(1_000 + PROXY_LEAD_MS, Answer::Help, true);
        let late = said(1_001 + PROXY_LEAD_MS, Answer::Help, true);
        let undone = said(2_000, Answer::Withdrawn, false);
        let called = said(2_500, Answer::Hurt, true);
        let table: &[(&str, &[Said], Option<usize>)] = &[
            ("nobody said anything", &[], None),
            ("own alone", &[own], Some(0)),
            ("proxy alone", &[soon], Some(0)),
            ("ten minutes are not more than ten minutes", &[own, soon], Some(0)),
            ("later by more", &[own, late], Some(1)),
            ("the latest own", &[own, said(5_000, Answer::Hurt, false)], Some(1)),
            ("taken back, then called", &[own, undone, called], Some(2)),
        ];
        for (name, all, want) in table {
            assert_eq!(standing(all), *want, "{name}");
        }
    }

    proptest! {
        /// Any order of arrival gives the same answer.
        #[test]
        fn order_of_arrival_does_not_matter(
            times in proptest::collection::btree_set((0i64..2_000_000, any::<bool>()), 1..8),
            turn in 0usize..8,
        ) {
            let all: Vec<Said> = times.iter().enumerate().map(|(index, (time_ms, proxy))| Said {
                order: (*time_ms, 0, [0; 16], index as u64), answer: Answer::ALL[index % 4], by_proxy: *proxy,
            }).collect();
            let mut turned = all.clone();
            turned.rotate_left(turn % all.len());
            prop_assert_eq!(standing(&all).map(|i| all[i]), standing(&turned).map(|i| turned[i]));
        }
    }
}
