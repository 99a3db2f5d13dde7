//! `noroshi.toml`: the settings of one node, read once at start and handed down by value.
//!
//! The embedded `noroshi.toml` is documentation and defaults in one: what it doesn't name is not a setting, and
//! a key that isn't in it is an error that names the nearest one, because a setting that is silently ignored
//! is noticed in the night it was meant for. Not here: what the parts do with their settings.

use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Deserializer;
use toml::Table;
use toml::Value;

/// Every key with its default and its explanation: what `noroshi config` prints.
pub const DEFAULT_TOML: &str = include_str!("noroshi.toml");

/// Two keys this alike (Jaro-Winkler, 0 to 1) are probably the same one misspelt.
const ALIKE: f64 = 0.72;

/// Why the settings can't be used: one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("{} can't be read ({why}): check the path and its rights, or leave --config away", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The system's words.
        why: std::io::Error,
    },
    /// The file is no TOML.
    #[error("{} is not valid TOML: {why}", path.display())]
    NotToml {
        /// Which file.
        path: PathBuf,
        /// Line, column and what is wrong, in one line.
        why: String,
    },
    /// A key that no version knows.
    #[error("{}: unknown key `{key}`: {remedy}", path.display())]
    UnknownKey {
        /// Which file.
        path: PathBuf,
        /// The key with its section.
        key: String,
        /// The nearest known key, or where the known ones stand.
        remedy: String,
    },
    /// A value of the wrong kind.
    #[error("{}: {why}", path.display())]
    BadValue {
        /// Which file.
        path: PathBuf,
        /// Which key, what it has and what it wants, in one line.
        why: String,
    },
}

/// All settings of a node.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Config {
    /// The place.
    pub node: NodeSettings,
    /// Browsers' door.
    pub http: HttpSettings,
    /// Devices' and nodes' doors.
    pub mqtt: MqttSettings,
    /// Time.
    pub clock: ClockSettings,
    /// What is written about the program's doings.
    pub log: LogSettings,
    /// Limits of photos.
    pub photos: PhotoSettings,
}

/// The place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NodeSettings {
    /// Name for `org init` and `join`.
    #[serde(deserialize_with = "non_empty")]
    pub name: Option<String>,
}

/// Browsers' door.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HttpSettings {
    /// Address and port.
    pub listen: SocketAddr,
    /// What goes into invitations.
    #[serde(deserialize_with = "non_empty")]
    pub base_url: Option<String>,
    /// Desk roles over plain http on this machine only.
    pub require_secure_desk: bool,
    /// Connections at once.
    pub connections_max: usize,
}

/// Devices' and nodes' doors.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MqttSettings {
    /// For local devices; `None`: closed.
    #[serde(deserialize_with = "address")]
    pub devices: Option<SocketAddr>,
    /// For nodes, at headquarters; `None`: closed.
    #[serde(deserialize_with = "address")]
    pub nodes: Option<SocketAddr>,
    /// Headquarters' door as a shelter reaches it, `host:port`; `None`: as the invitation said.
    #[serde(deserialize_with = "non_empty")]
    pub headquarters: Option<String>,
}

/// Time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ClockSettings {
    /// Whose word makes the clock trusted.
    pub trust: ClockTrust,
}

/// Whose word makes the machine's clock trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockTrust {
    /// The kernel's: synchronised or not.
    Kernel,
    /// It always counts.
    System,
}

/// What is written about the program's doings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LogSettings {
    /// For people or for machines.
    pub format: LogFormat,
    /// How much, as a filter of tracing.
    pub level: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object per line.
    Json,
}

/// Limits of photos.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PhotoSettings {
    /// Largest file in bytes.
    pub bytes_max: u64,
    /// Most pixels, width × height.
    pub pixels_max: u64,
}

impl Config {
    /// The defaults of the embedded file.
    ///
    /// # Errors
    /// [`ConfigError`] when the embedded file and this type differ; a test holds them together.
    pub fn default_settings() -> Result<Self, ConfigError> {
        Self::parse("", Path::new("noroshi.toml"))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`]: unreadable, no TOML, an unknown key, a value of the wrong kind.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|why| ConfigError::Unreadable { path: path.to_owned(), why })?;
        Self::parse(&text, path)
    }

    /// Reads settings from their text; `path` is for messages.
    ///
    /// # Errors
    /// [`ConfigError`]: no TOML, an unknown key, a value of the wrong kind.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let mut merged = table(DEFAULT_TOML, path)?;
        let given = table(text, path)?;
        merge(&mut merged, given, "", path)?;
        Self::deserialize(merged)
            .map_err(|error| ConfigError::BadValue { path: path.to_owned(), why: line(&error) })
    }
}

fn table(text: &str, path: &Path) -> Result<Table, ConfigError> {
    text.parse::<Table>()
        .map_err(|error| ConfigError::NotToml { path: path.to_owned(), why: line(&error) })
}

/// The parser's words without its drawing of the place.
fn line(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let kept = text.lines().map(str::trim).filter(|line| {
        !line.is_empty() && !line.starts_with('|') && !line.contains(" | ") && !line.ends_with('|')
    });
    kept.collect::<Vec<_>>().join(", ")
}

/// Puts the given values over the defaults; what has no default is unknown.
fn merge(known: &mut Table, given: Table, section: &str, path: &Path) -> Result<(), ConfigError> {
    for (key, value) in given {
        let full = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
        match (known.get_mut(&key), value) {
            (Some(Value::Table(inside)), Value::Table(given)) => {
                merge(inside, given, &full, path)?;
            }
            (Some(Value::Table(_)), _) => {
                let why = format!("`{full}` is a section: write [{full}] and its keys below");
                return Err(ConfigError::BadValue { path: path.to_owned(), why });
            }
            (Some(place), value) => *place = value,
            (None, _) => {
                let remedy = remedy(&full);
                return Err(ConfigError::UnknownKey { path: path.to_owned(), key: full, remedy });
            }
        }
    }
    Ok(())
}

fn remedy(unknown: &str) -> String {
    let known = known_keys();
    let own = unknown.rsplit('.').next().unwrap_or(unknown);
    // A key under the wrong section is as frequent as a misspelt one: both count.
    let alike = |key: &str| {
        let last = key.rsplit('.').next().unwrap_or(key);
        strsim::jaro_winkler(unknown, key).max(strsim::jaro_winkler(own, last))
    };
    let best = known.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)));
    match best.filter(|key| alike(key) >= ALIKE) {
        Some(key) => format!("did you mean `{key}`?"),
        None => "`noroshi config` prints the known ones".to_owned(),
    }
}

/// Sections and keys of the embedded file, such as `http` and `http.listen`.
#[must_use]
pub fn known_keys() -> Vec<String> {
    let mut keys = Vec::new();
    let table = DEFAULT_TOML.parse::<Table>().unwrap_or_default();
    for (section, value) in &table {
        keys.push(section.clone());
        let inside = value.as_table().into_iter().flat_map(Table::keys);
        keys.extend(inside.map(|key| format!("{section}.{key}")));
    }
    keys
}

fn non_empty<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SocketAddr>, D::Error> {
    let Some(text) = non_empty(from)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_unreadable| {
        serde::de::Error::custom(format!(
            "{text:?} is no address with a port, such as \"0.0.0.0:1883\""
        ))
    })
}
