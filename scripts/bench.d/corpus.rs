//! The messages that every measurement sends: the same 10,000 on every machine, made and not stored.
//!
//! Built from word lists by one seeded generator; the test vectors below hold the algorithm in place. Its
//! compressibility is chosen, not natural: ratios on it compare systems, nothing more.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Deserialize;

const SEED: u64 = 20_260_701;
const BEGIN_MS: u64 = 1_782_850_200_000;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A list of words, or a text whose characters are drawn.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum List {
    Words(Vec<String>),
    Characters(String),
}

/// One message of the corpus.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Number of its room, 0 to 11.
    pub(crate) room: usize,
    /// Its text.
    pub(crate) text: String,
    /// The whole message as one line of JSON: what a bare store would keep.
    pub(crate) json: String,
}

/// splitmix64.
struct Random(u64);

impl Random {
    fn u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn pick(&mut self, k: u64) -> u64 {
        self.u64().checked_rem(k).unwrap_or(0)
    }

    /// Small values come oftener.
    fn low(&mut self, k: u64) -> u64 {
        let (a, b) = (self.pick(k), self.pick(k));
        (a * b).checked_div(k).unwrap_or(0)
    }
}

/// The first `count` messages of the corpus.
pub(crate) fn lines(count: usize) -> anyhow::Result<Vec<Line>> {
    let lists: BTreeMap<String, List> = serde_json::from_str(include_str!("corpus_lists.json"))?;
    let mut lists: BTreeMap<String, Vec<String>> = lists
        .into_iter()
        .map(|(key, list)| match list {
            List::Words(words) => (key, words),
            List::Characters(text) => (key, text.chars().map(String::from).collect()),
        })
        .collect();
    // Drawn beside other lists; a key of its own in templates does not exist.
    let kanji = lists.remove("kanji").context("the corpus lists have no kanji")?;
    let mut maker = Maker { random: Random(SEED), lists, kanji };
    let mut ts = BEGIN_MS;
    (0..count).map(|n| maker.line(n, &mut ts)).collect()
}

struct Maker {
    random: Random,
    lists: BTreeMap<String, Vec<String>>,
    kanji: Vec<String>,
}

impl Maker {
    fn line(&mut self, n: usize, ts: &mut u64) -> anyhow::Result<Line> {
        *ts += self.random.low(8640);
        let room = self.random.low(12);
        let author =
            if self.random.pick(2) == 0 { self.random.pick(920) } else { self.random.low(920) };
        let (x, y) = (self.random.u64(), self.random.u64());
        let mut id = letters(x, 10);
        id.push_str(&letters(y, 6));
        let text = self.text()?;
        let json = format!(
            "{{\"n\":{n},\"id\":\"{id}\",\"room\":\"r{room:02}\",\"author\":\"u{author:04}\",\"ts\":{ts},\"text\":\"{text}\"}}"
        );
        Ok(Line { room: usize::try_from(room)?, text, json })
    }

    fn text(&mut self) -> anyhow::Result<String> {
        let mut text = String::new();
        if self.random.pick(10) < 3 {
            text.push_str(&self.of("prefix")?);
        }
        let sentences = if self.random.pick(10) < 3 { 2 } else { 1 };
        for _ in 0..sentences {
            let mut sentence = self.of("template")?;
            while let Some((before, rest)) = sentence.split_once('{') {
                let (key, after) = rest.split_once('}').context("a template's brace is open")?;
                let value = self.value(key)?;
                sentence = format!("{before}{value}{after}");
            }
            text.push_str(&sentence);
        }
        if self.random.pick(10) < 4 {
            text.push_str(&self.of("suffix")?);
        }
        Ok(text)
    }

    fn value(&mut self, key: &str) -> anyhow::Result<String> {
        Ok(match key {
            "n" => (1 + self.random.low(80)).to_string(),
            "hm" => format!("{}時{:02}分", self.random.pick(24), self.random.pick(12) * 5),
            "age" => (1 + self.random.pick(98)).to_string(),
            "noun" | "place" | "name" | "item" if self.random.pick(100) < 50 => {
                let (one, two) = (self.kanji()?, self.kanji()?);
                one + &two
            }
            other => self.of(other)?,
        })
    }

    fn kanji(&mut self) -> anyhow::Result<String> {
        let at = self.random.pick(u64::try_from(self.kanji.len())?);
        self.kanji.get(usize::try_from(at)?).cloned().context("the corpus lists have no kanji")
    }

    fn of(&mut self, key: &str) -> anyhow::Result<String> {
        let list = self.lists.get(key).with_context(|| format!("no corpus list {key}"))?;
        let at = self.random.pick(u64::try_from(list.len())?);
        list.get(usize::try_from(at)?).cloned().with_context(|| format!("corpus list {key}: empty"))
    }
}

/// `count` characters, six bits each, lowest first.
fn letters(bits: u64, count: u32) -> String {
    (0..count)
        .filter_map(|at| {
            let six = usize::try_from((bits >> (6 * at)) & 63).ok()?;
            ALPHABET.get(six).map(|letter| char::from(*letter))
        })
        .collect()
}

/// Does this program make the corpus that everybody else makes? A wrong one would compare nothing.
pub(crate) fn check(lines: &[Line]) -> anyhow::Result<()> {
    let bytes: usize = lines.iter().map(|line| line.json.len()).sum();
    let first = lines.first().map(|line| line.json.as_str()).unwrap_or_default();
    anyhow::ensure!(
        lines.len() == 10_000
            && bytes == 2_089_336
            && first.contains("\"id\":\"uhM4Fr7ZKVwshMjt\"")
            && first.contains("22人、全員います。"),
        "the corpus is not the one of the definition ({} lines, {bytes} bytes): compare corpus.rs with it",
        lines.len(),
    );
    Ok(())
}
