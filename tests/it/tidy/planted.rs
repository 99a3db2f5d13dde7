//! The test of the test: a small tree with one planted offence per row, and what must pass.
//! Why: a rule that finds nothing may be kept, or may be broken itself.

use super::File;
use super::LINES_MAX;
use super::check;

/// Offences planted in a small tree: where, what stands there, what the message must say.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "src/domain/talk.rs",
        "//! a\nuse crate::store::Log;",
        "talk.rs:2: domain may not name crate::store::Log",
    ),
    ("src/domain.rs", "//! a\nuse tokio::sync::Mutex;", "domain may not name tokio"),
    (
        "src/domain/a.rs",
        "//! a\nfn f() { serde_json::to_string(&1) }",
        "domain may not name serde_json",
    ),
    ("src/domain/a.rs", "//! a\nlet now = Instant::now();", "takes it as an argument"),
    ("src/domain/a.rs", "//! a\nuse std::time::Instant;", "may not name time::Instant"),
    ("src/domain/a.rs", "//! a\nuse super::super::Id;", "super::super"),
    (
        "src/sync/protocol/a.rs",
        "//! a\nuse crate::sync::exchange::Driver;",
        "may not name crate::sync::exchange",
    ),
    ("src/sync/protocol/a.rs", "//! a\npub async fn f() {}", "may not name async"),
    ("src/store/log.rs", "//! a\nuse tokio::net::TcpStream;", "store may not name tokio::net"),
    ("src/store/log.rs", "//! a\nuse crate::app::Use;", "store may not name crate::app"),
    (
        "src/broker/front.rs",
        "//! a\nuse crate::domain::talk::Room;",
        "broker may not name crate::domain::talk",
    ),
    ("src/carriers/a.rs", "//! a\nuse crate::store::Log;", "carriers may not name crate::store"),
    ("src/app/a.rs", "//! a\nuse axum::Json;", "app may not name axum"),
    ("src/http/a.rs", "//! a\nuse crate::sync::protocol::Frame;", "http may not name crate::sync"),
    ("src/http/a.rs", "//! a\nfn f(c: &rusqlite::Connection) {}", "rusqlite outside src/store/"),
    ("src/node.rs", "//! a\nuse rumqttd::Config;", "rumqttd outside src/broker/"),
    ("src/node.rs", "//! a\nuse crate::{app, http};", "use crate::{…}"),
    ("src/node.rs", "//! a\nlet x = unsafe { f() };", "unsafe"),
    ("src/app/a.rs", "//! a\nlet q = \"SELECT body FROM event\";", "SQL (SELECT)"),
    ("src/node.rs", "//! a\nstatic NODES: Mutex<u8> = Mutex::new(0);", "static with a lock"),
    ("src/node.rs", "//! a\npub static N: AtomicU8 = AtomicU8::new(0);", "static with a lock"),
    ("src/node.rs", "//! a\nuse std::sync::OnceLock;", "OnceLock"),
    ("src/node.rs", "use std::fs;", "node.rs:1: opens without //!"),
    ("tests/it/a.rs", "//! a\nsleep(Duration::from_secs(2)).await;", "a.rs:2: sleep("),
    ("web/tests/browser/a.mjs", "await page.waitForTimeout(500)", "waitForTimeout"),
    ("src/node.rs", concat!("//! a\n// TO", "DO: later"), "file an issue"),
    ("src/node.rs", concat!("//! a\ndb", "g!(x);"), "finish it"),
    ("README.md", concat!("see /wo", "rk/main"), "a path of one machine"),
    ("docs/a.md", concat!("`/ro", "ot/.cargo`"), "a path of one machine"),
    (".npmrc", "registry = https://npm.example.test/", "a registry's host"),
    ("Cargo.lock", "source = \"registry+https://crates.example.test/index\"", "a registry's host"),
    (
        "web/package-lock.json",
        "\"resolved\": \"https://npm.example.test/a.tgz\"",
        "a registry's host",
    ),
    ("web/src/ui/Chip.svelte", "  color: #1f6feb;", "the colour #1f6feb"),
    ("web/src/app/look.ts", "const ink = '#fff'", "the colour #fff"),
    ("web/src/ui/Chip.svelte", "  font-size: 13px;", "a font size in px"),
    (
        "web/src/ui/Chip.svelte",
        "import { Api } from '../lib/api/client'",
        "ui may not name lib/api/client",
    ),
    (
        "web/src/ui/Chip.svelte",
        "import Room from '../features/talk/Room.svelte'",
        "ui may not name features",
    ),
    (
        "web/src/ui/desk/Pane.svelte",
        "import { getApp } from '../../app/context'",
        "ui may not name app",
    ),
    (
        "web/src/features/talk/Room.svelte",
        "import List from '../bulletin/List.svelte'",
        "talk may not name features/bulletin",
    ),
    ("docs/decisions/0007-clock.md", "# Clock", "0007-clock.md:1: not in the index"),
];

#[test]
fn a_planted_offence_is_found_and_said() {
    for (path, text, want) in PLANTED {
        let found = check(&tree(path, text));
        assert!(found.len() == 1, "{path} {text:?} should give one offence, gave {found:#?}");
        assert!(
            found[0].contains(want),
            "{path} {text:?} should say {want:?}, says {:?}",
            found[0]
        );
    }
    let long = "//! a\n".repeat(LINES_MAX + 1);
    assert!(check(&tree("src/node.rs", &long))[0].contains("over 600 lines"));
}

#[test]
fn what_the_rules_allow_passes() {
    let clean = [
        (
            "src/domain/a.rs",
            "//! a\nuse minicbor::Decoder;\nuse crate::domain::ids::Seq;\nuse codec::Run;",
        ),
        (
            "src/domain/a.rs",
            "//! a\n#[cfg(test)]\nmod tests {\n    use proptest::prelude::*;\n    use std::fs;\n}",
        ),
        ("src/sync/protocol/a.rs", "//! a\nuse crate::sync::protocol::frame::Hello;"),
        (
            "src/sync/exchange.rs",
            "//! a\nuse crate::sync::protocol::Session;\nuse crate::store::Log;",
        ),
        (
            "src/store/log.rs",
            "//! a\nlet q = \"SELECT body FROM event\";\nuse rusqlite::Connection;",
        ),
        ("src/broker/mod.rs", "//! a\nuse crate::domain::ids::NodeId;\nuse rumqttd::Config;"),
        (
            "src/node.rs",
            "//! a\n// SELECT is for store, OnceLock for nobody.\nstatic NAME: &str = \"hq\";",
        ),
        ("src/http/csp.rs", "//! a\nconst CSP: &str = \"style-src 'unsafe-inline'\";"),
        (
            "web/src/features/talk/Room.svelte",
            "import Chip from '../../ui/Chip.svelte'\n{#each list as row}{/each}",
        ),
        (
            "web/src/features/talk/state.svelte.ts",
            "import { age } from './age'\n#feed = 1\nimport { z } from 'svelte'",
        ),
        (
            "web/src/app/App.svelte",
            "import Room from '../features/talk/Room.svelte'\n<a href=\"#/talk\">",
        ),
        (
            "web/src/ui/Chip.svelte",
            "import { t } from '../lib/i18n'\n  font-size: max(14px, 0.72rem);",
        ),
        ("web/src/styles/tokens.css", "  --nr-ink: #102030;\n  font-size: 17px;"),
        ("web/package-lock.json", "\"version\": \"5.57.3\""),
    ];
    for (path, text) in clean {
        let found = check(&tree(path, text));
        assert!(found.is_empty(), "{path} {text:?} is clean, but: {found:#?}");
    }
}

fn tree(path: &str, text: &str) -> Vec<File> {
    let manifest = "[dependencies]\ntokio = \"1\"\nserde_json = \"1\"\nminicbor = \"2\"\n";
    vec![
        File { path: "Cargo.toml".into(), text: manifest.into() },
        File { path: path.into(), text: text.into() },
    ]
}
