//! The rules of the house as an ordinary test: which layer may name which, how files open and how
//! long they grow, where SQL and colours live, what never reaches the tree.
//! Why: in one crate the compiler doesn't see layers, and a rule that only a reader checks is broken
//! by the third hurried evening. Each message is the lesson: file, line, rule, remedy.
//! It reads lines, not syntax: one `use crate::a::B;` per line, unit tests at the end of a file.
//! Not here: what Clippy and ESLint can see (`clippy.toml`, `web/eslint.config.js`).

mod planted;

use std::fs;
use std::path::Path;

/// One text file of the tree; `path` is relative to the root, with `/`.
struct File {
    path: String,
    text: String,
}

/// Outside crates a layer may name.
enum Outside {
    /// A pure layer: these, nothing else, and nothing of the machine around it.
    Only(&'static [&'static str]),
    /// Anything but these.
    AllBut(&'static [&'static str]),
}

/// Folder or file under `src/`, own modules it may name beside itself, outside crates.
type Wall = (&'static str, &'static [&'static str], Outside);

/// One row per row of the table "Walls" in ARCHITECTURE.md; `main`, `cli`, `demo`, `node` see all.
const WALLS: &[Wall] = &[
    (
        "domain",
        &[],
        Outside::Only(&[
            "blake3",
            "data_encoding",
            "ed25519_dalek",
            "minicbor",
            "thiserror",
            "unicode_normalization",
        ]),
    ),
    ("sync/protocol", &["domain"], Outside::Only(&["blake3", "minicbor", "thiserror"])),
    ("store", &["domain", "clock"], Outside::AllBut(&["tokio::net", "axum", "hyper"])),
    ("media", &["domain"], Outside::AllBut(&["axum", "tokio::net"])),
    ("import", &["domain"], Outside::AllBut(&["axum", "tokio::net"])),
    ("identity", &["domain"], Outside::AllBut(&["axum", "tokio::net"])),
    ("broker", &["domain::ids", "domain::access", "clock"], Outside::AllBut(&["axum"])),
    ("carriers", &["domain", "identity", "sync::protocol", "clock"], Outside::AllBut(&["axum"])),
    ("sync", &["domain", "store", "carriers", "identity", "clock"], Outside::AllBut(&["axum"])),
    (
        "app",
        &["domain", "store", "media", "import", "identity", "sync", "clock"],
        Outside::AllBut(&["axum", "rumqttc"]),
    ),
    ("http", &["app", "domain", "observe", "clock"], Outside::AllBut(&["rumqttc"])),
    ("observe", &[], Outside::AllBut(&["axum"])),
    ("config", &[], Outside::AllBut(&["axum"])),
    ("clock", &["domain"], Outside::AllBut(&["axum"])),
];

/// Crates that one room keeps for itself.
const OWNED: &[(&str, &str)] = &[("rusqlite", "src/store/"), ("rumqttd", "src/broker/")];

/// What a pure layer takes as an argument instead.
const IMPURE: &[&str] = &[
    "async ",
    ".await",
    "std::fs",
    "std::io",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "time::SystemTime",
    "time::Instant",
    "::now()",
];

/// Only `store/` speaks SQL.
const SQL: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "INSERT OR ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "ALTER TABLE ",
    "DROP TABLE ",
    "PRAGMA ",
    "BEGIN IMMEDIATE",
];

/// State that outlives its owner.
const GLOBALS: &[&str] =
    &["OnceLock", "LazyLock", "lazy_static", "once_cell", "thread_local!", "static mut "];
const INTERIOR: &[&str] = &["Mutex", "RwLock", "Atomic", "Cell<", "Lazy<", "Semaphore", "Notify"];

/// Marks of unfinished work; put together here so that this file passes its own test.
const UNFINISHED: &[&str] =
    &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("db", "g!(")];

/// Places on the machine where somebody happened to build.
const MACHINE: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!(".cargo/", "registry"),
];

/// At 600 lines a file holds two ideas.
const LINES_MAX: usize = 600;

const NOT_OURS: &[&str] = &[
    ".git",
    "target",
    "node_modules",
    "dist",
    "demo-data",
    "test-artifacts",
    "artifacts",
    ".svelte-kit",
];

#[test]
fn the_tree_keeps_the_rules_of_the_house() {
    let mut files = Vec::new();
    read_tree(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut files);
    assert!(files.iter().any(|file| file.path == "src/lib.rs"), "the tree was not found");
    let found = check(&files);
    assert!(found.is_empty(), "{} offences:\n{}", found.len(), found.join("\n"));
}

fn read_tree(folder: &Path, shown: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a folder of the source tree can be listed") {
        let entry = entry.expect("an entry of the source tree can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if shown.is_empty() { name.clone() } else { format!("{shown}/{name}") };
        let kind = entry.file_type().expect("an entry has a type");
        if kind.is_dir() && !NOT_OURS.contains(&name.as_str()) {
            read_tree(&entry.path(), &path, files);
        } else if kind.is_file() {
            // Pictures and lists in old encodings are no text and have no lines to judge.
            files.extend(fs::read_to_string(entry.path()).ok().map(|text| File { path, text }));
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
}

/// Every offence in these files, as `path:line: rule: remedy`.
fn check(files: &[File]) -> Vec<String> {
    let manifest = files.iter().find(|file| file.path == "Cargo.toml");
    let crates = dependencies(manifest.map_or("", |file| &file.text));
    let mut found = Vec::new();
    for file in files {
        found.extend(shape(file));
        found.extend(walls(file, &crates));
        let lines = file.text.lines().zip(1..).map(|(line, number)| (number, line));
        found.extend(offences(file, lines, &[unfinished, machine, waits, colours, tiers]));
        found.extend(offences(file, product(file), &[rooms, globals]));
    }
    found.extend(decisions(files));
    found
}

/// What these rules say of these lines.
fn offences<'file>(
    file: &File,
    lines: impl Iterator<Item = (usize, &'file str)>,
    rules: &[fn(&str, &str) -> Offence],
) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in lines {
        for (what, remedy) in rules.iter().filter_map(|rule| rule(&file.path, line)) {
            found.push(format!("{}:{number}: {what}: {remedy}", file.path));
        }
    }
    found
}

/// Names under `[dependencies]`, as code writes them.
fn dependencies(manifest: &str) -> Vec<String> {
    let from = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let lines = from.take_while(|line| !line.starts_with('['));
    let names = lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    names.map(|(name, _)| name.trim().replace('-', "_")).collect()
}

/// Lines with their numbers; of Rust under `src/` without comments and the tests at the end.
fn product(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let source = is_source(&file.path);
    let product = if source { without_tests(&file.text) } else { &file.text };
    product.lines().zip(1..).map(move |(line, number)| {
        let code = if source { line.split("//").next().unwrap_or(line) } else { line };
        (number, code)
    })
}

fn is_source(path: &str) -> bool {
    path.starts_with("src/") && path.ends_with(".rs")
}

fn without_tests(text: &str) -> &str {
    let cut =
        ["#[cfg(test)]\nmod ", "#[cfg(test)]\n#[expect"].iter().filter_map(|mark| text.find(mark));
    cut.min().map_or(text, |at| &text[..at])
}

/// How a file opens and how long it is.
fn shape(file: &File) -> Vec<String> {
    let (path, text) = (file.path.as_str(), file.text.as_str());
    let mut found = Vec::new();
    let rust = path.ends_with(".rs") && (path.starts_with("src/") || path.starts_with("tests/"));
    if rust && !text.starts_with("//!") {
        found
            .push(format!("{path}:1: opens without //!: say what it is for, why, what isn't here"));
    }
    let written = rust
        || path.starts_with("scripts/")
        || (path.starts_with("web/")
            && [".ts", ".svelte", ".css", ".mjs"].iter().any(|end| path.ends_with(end)));
    let made =
        path.contains("/generated") || path.contains("/fixtures/") || path.ends_with(".json");
    let lines = text.lines().count();
    if written && !made && lines > LINES_MAX {
        found.push(format!(
            "{path}:{lines}: over {LINES_MAX} lines: give its second idea a file of its own"
        ));
    }
    found
}

/// The layer's own modules and outside crates.
fn walls(file: &File, crates: &[String]) -> Vec<String> {
    let Some(place) = file.path.strip_prefix("src/").filter(|_| is_source(&file.path)) else {
        return Vec::new();
    };
    let inside = |wall: &&Wall| {
        place == format!("{}.rs", wall.0) || place.starts_with(&format!("{}/", wall.0))
    };
    // The innermost wall counts: sync/protocol before sync.
    let Some((layer, own, outside)) = WALLS.iter().filter(inside).max_by_key(|wall| wall.0.len())
    else {
        return Vec::new();
    };
    let home = layer.replace('/', "::");
    let mut found = Vec::new();
    for (number, code) in product(file) {
        let mut refuse = |name: &str, remedy: &str| {
            found.push(format!("{}:{number}: {layer} may not name {name}: {remedy}", file.path));
        };
        for path in code.split("crate::").skip(1) {
            let named = path.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).next();
            let named = named.unwrap_or(path).trim_end_matches(':');
            if !under(named, &home) && !own.iter().any(|module| under(named, module)) {
                refuse(&format!("crate::{named}"), "hand the value in, or move this code up");
            }
        }
        if code.contains("super::super") {
            refuse("super::super", "write the path from crate:: on");
        }
        match outside {
            Outside::Only(allowed) => {
                for name in crates.iter().filter(|name| !allowed.contains(&name.as_str())) {
                    if names_path(code, name) {
                        refuse(name, "not on this pure layer's list in tests/it/tidy.rs");
                    }
                }
                for word in IMPURE.iter().filter(|word| code.contains(**word)) {
                    refuse(word.trim(), "a pure layer takes it as an argument");
                }
            }
            Outside::AllBut(refused) => {
                for name in refused.iter().filter(|name| names_path(code, name)) {
                    refuse(name, "this crate belongs to another layer");
                }
            }
        }
    }
    found
}

/// Is `path` this module or something in it?
fn under(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Does the line name something in this crate: `name::…` at the start of a path?
fn names_path(code: &str, name: &str) -> bool {
    let path = format!("{name}::");
    let starts = code.match_indices(&path);
    let found = starts.filter(|(at, _)| {
        !code[..*at].ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c))
    });
    found.count() > 0 || code.trim() == format!("use {name};")
}

type Offence = Option<(String, &'static str)>;

fn rooms(path: &str, line: &str) -> Offence {
    if !is_source(path) {
        return None;
    }
    if line.contains("use crate::{") {
        return Some((
            "use crate::{…}".into(),
            "one `use crate::a::B;` per line, so that walls can be read",
        ));
    }
    if ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "#[unsafe("]
        .iter()
        .any(|word| line.contains(word))
    {
        return Some(("unsafe".into(), "not under src/: find the safe crate for it"));
    }
    if let Some(word) =
        SQL.iter().find(|word| line.contains(**word) && !path.starts_with("src/store/"))
    {
        return Some((format!("SQL ({})", word.trim()), "ask the store by a function of its own"));
    }
    let (name, room) =
        OWNED.iter().find(|(name, room)| names_path(line, name) && !path.starts_with(room))?;
    Some((format!("{name} outside {room}"), "one room speaks to this crate; call the room"))
}

/// The rules and their planted offences spell what they refuse.
fn is_this_test(path: &str) -> bool {
    path.starts_with("tests/it/tidy")
}

fn globals(path: &str, line: &str) -> Offence {
    if !is_source(path) {
        return None;
    }
    let code = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
    let held = code.starts_with("static ") && INTERIOR.iter().any(|word| code.contains(word));
    let word = GLOBALS.iter().find(|word| code.contains(**word));
    let name = word.copied().or(held.then_some("static with a lock"))?;
    Some((
        name.trim().into(),
        "no globals: three nodes live in one process; hand it down from node.rs",
    ))
}

fn unfinished(path: &str, line: &str) -> Offence {
    // Prose may speak of such marks; locks and data files are not ours to word.
    let prose = [".md", ".lock", ".json", ".csv", ".svg"].iter().any(|end| path.ends_with(end));
    let word = UNFINISHED.iter().find(|word| !prose && line.contains(**word))?;
    Some(((*word).into(), "finish it, or file an issue and say here what holds today"))
}

fn machine(path: &str, line: &str) -> Offence {
    let elsewhere = match path {
        "Cargo.lock" => {
            line.contains("source = ")
                && !line.contains("+https://github.com/rust-lang/crates.io-index")
        }
        "web/package-lock.json" => line.contains("\"resolved\""),
        _ if is_this_test(path) => false,
        _ => line.contains("registry") && line.contains("://"),
    };
    if elsewhere {
        return Some((
            "a registry's host".into(),
            "where packages come from is the builder's setting",
        ));
    }
    // In the web app such words are routes.
    let word = MACHINE.iter().filter(|_| !path.starts_with("web/")).find(|word| {
        let mut hits = line.match_indices(**word);
        hits.any(|(at, _)| {
            !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-/$}*".contains(c))
        })
    })?;
    Some((format!("a path of one machine ({word})"), "relative to the tree, or an argument"))
}

fn waits(path: &str, line: &str) -> Offence {
    let word = match path {
        _ if is_this_test(path) => return None,
        _ if path.starts_with("tests/") && path.ends_with(".rs") => ["sleep(", "sleep_until("],
        _ if path.starts_with("web/tests/") => ["waitForTimeout", "sleep("],
        _ => return None,
    };
    let word = word.iter().find(|word| line.contains(**word))?;
    Some(((*word).into(), "wait for the thing itself, with a deadline that names what was missing"))
}

fn colours(path: &str, line: &str) -> Offence {
    let style = path.ends_with(".css") || path.ends_with(".svelte");
    let script = path.ends_with(".ts");
    if !path.starts_with("web/src/") || !(style || script) || path.ends_with("/tokens.css") {
        return None;
    }
    if let Some(colour) = hex_colour(line, if style { ":,('\"" } else { "'\"" }) {
        return Some((
            format!("the colour {colour}"),
            "name it in tokens.css and write var(--nr-…)",
        ));
    }
    // A floor as in `max(14px, 0.72rem)` is welcome; a size that can't grow is not.
    let size =
        line.trim_start().strip_prefix("font-size:").filter(|_| path.ends_with(".svelte"))?;
    let fixed = size.trim().trim_end_matches(';').strip_suffix("px")?.parse::<f32>().is_ok();
    fixed.then(|| ("a font size in px".into(), "write it in rem: people enlarge the text"))
}

/// `#` with 3, 4, 6 or 8 hexadecimal digits, standing where a value stands.
fn hex_colour<'line>(line: &'line str, before: &str) -> Option<&'line str> {
    line.match_indices('#').find_map(|(at, _)| {
        let rest = &line[at + 1..];
        let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        let whole = !rest[end..].starts_with(|c: char| c.is_alphanumeric() || "_-".contains(c));
        let value = line[..at].trim_end().ends_with(|c: char| before.contains(c));
        (whole && value && [3, 4, 6, 8].contains(&end)).then(|| &line[at..at + 1 + end])
    })
}

/// The web app's storeys: `ui` knows no feature, a feature knows no other feature's inside.
fn tiers(path: &str, line: &str) -> Offence {
    let home = path.strip_prefix("web/src/")?;
    let marks = ["from '", "from \"", "import '", "import \"", "import('", "import(\""];
    let (at, mark) = marks.iter().find_map(|mark| line.find(mark).map(|at| (at, mark)))?;
    let named = line[at + mark.len()..].split(['\'', '"']).next()?;
    let target = resolve(home, named)?;
    let mut rooms = target.split('/');
    let (storey, room, inside) = (rooms.next()?, rooms.next(), rooms.next());
    if home.starts_with("ui/") {
        let refused = ["features", "app"].contains(&storey)
            || (storey == "lib" && matches!(room, Some("api" | "db")));
        return refused
            .then(|| (format!("ui may not name {target}"), "hand data and callbacks in as props"));
    }
    let feature = home.strip_prefix("features/")?.split('/').next()?;
    let other = storey == "features" && room.is_some_and(|room| room != feature);
    let door = inside.is_none_or(|name| name.starts_with("index"));
    (other && !door).then(|| {
        (
            format!("{feature} may not name {target}"),
            "let app/ compose the two, or move it to ui/ or lib/",
        )
    })
}

/// A relative import as a path under `web/src/`; packages give nothing.
fn resolve(home: &str, named: &str) -> Option<String> {
    if let Some(rest) = named.strip_prefix("$lib/") {
        return Some(format!("lib/{rest}"));
    }
    if let Some(rest) = named.strip_prefix("@/") {
        return Some(rest.to_string());
    }
    let mut parts: Vec<&str> = home.split('/').collect();
    parts.pop();
    for step in named.strip_prefix('.').map(|_| named.split('/'))? {
        match step {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Every decision stands in the index, or nobody finds it.
fn decisions(files: &[File]) -> Vec<String> {
    let index = files.iter().find(|file| file.path == "docs/decisions/README.md");
    let listed = index.map_or("", |file| &file.text);
    let pages = files.iter().filter_map(|file| file.path.strip_prefix("docs/decisions/"));
    let numbered = pages.filter(|name| name.starts_with(|c: char| c.is_ascii_digit()));
    let missing = numbered.filter(|name| !listed.contains(*name));
    missing
        .map(|name| {
            format!(
                "docs/decisions/{name}:1: not in the index: list it in docs/decisions/README.md"
            )
        })
        .collect()
}
