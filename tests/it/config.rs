//! `noroshi.toml`: every default documented, every mistake answered in one line with its remedy.

use std::path::Path;

use noroshi::config::ClockTrust;
use noroshi::config::Config;
use noroshi::config::DEFAULT_TOML;
use noroshi::config::LogFormat;
use noroshi::config::known_keys;

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(text, Path::new("box/noroshi.toml")).map_err(|error| error.to_string())
}

#[test]
fn an_empty_file_is_the_defaults_and_the_printed_defaults_are_the_same() {
    let empty = parse("").unwrap();
    assert_eq!(empty, Config::default_settings().unwrap());
    assert_eq!(empty, parse(DEFAULT_TOML).unwrap());
    assert_eq!(empty.http.listen.port(), 80);
    assert!(empty.http.require_secure_desk, "desks must not open over plain http by default");
    assert_eq!(empty.clock.trust, ClockTrust::Kernel);
    assert_eq!((empty.node.name, empty.mqtt.headquarters), (None, None));
    assert_eq!(empty.log.format, LogFormat::Text);
}

#[test]
fn a_file_changes_what_it_names_and_nothing_else() {
    let given = parse(
        "[http]\nlisten = \"127.0.0.1:8080\"\n[clock]\ntrust = \"system\"\n\
         [mqtt]\ndevices = \"\"\nheadquarters = \"10.0.0.1:1884\"\n[log]\nformat = \"json\"\n",
    )
    .unwrap();
    assert_eq!(given.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(given.clock.trust, ClockTrust::System);
    assert_eq!(given.mqtt.devices, None, "an empty address closes the door");
    assert_eq!(given.mqtt.headquarters.as_deref(), Some("10.0.0.1:1884"));
    assert_eq!(given.log.format, LogFormat::Json);
    assert_eq!(given.http.connections_max, parse("").unwrap().http.connections_max);
}

#[test]
fn mistakes_get_one_line_that_says_what_to_do() {
    let table = [
        ("[http]\nlisen = \"x\"", &["`http.lisen`", "did you mean `http.listen`?"][..]),
        ("[htpp]\nlisten = \"x\"", &["`htpp`", "did you mean `http`?"]),
        ("listen = \"0.0.0.0:80\"", &["`listen`", "did you mean `http.listen`?"]),
        ("[mqtt]\ntrust = \"system\"", &["`mqtt.trust`", "did you mean `clock.trust`?"]),
        ("[zzz]\nqqq = 1", &["`zzz`", "noroshi config"]),
        ("http = 3", &["`http` is a section", "[http]"]),
        ("[http]\nlisten = 80", &["listen", "80"]),
        ("[http]\nlisten = \"nowhere\"", &["listen", "socket address"]),
        ("[mqtt]\ndevices = \"1883\"", &["devices", "0.0.0.0:1883"]),
        ("[log]\nformat = \"jsn\"", &["format", "`jsn`", "`json`"]),
        ("[http]\nrequire_secure_desk = \"no\"", &["require_secure_desk", "boolean"]),
        ("[http\nlisten = 1", &["line 1"]),
    ];
    for (text, wanted) in table {
        let said = parse(text).expect_err(text);
        assert!(said.starts_with("box/noroshi.toml"), "no file name in: {said}");
        assert!(!said.contains('\n'), "more than one line: {said}");
        for part in wanted {
            assert!(said.contains(part), "{text:?}: {part:?} is missing in: {said}");
        }
    }
    let absent = Config::read(Path::new("no/such/noroshi.toml")).unwrap_err().to_string();
    assert!(absent.contains("no/such/noroshi.toml") && absent.contains("--config"), "{absent}");
}

#[test]
fn every_key_is_explained_above_itself() {
    let mut section = String::new();
    let mut before = "";
    let mut explained = Vec::new();
    for line in DEFAULT_TOML.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        } else if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            assert!(before.starts_with("# "), "{section}.{key} has no explanation above it");
            explained.push(format!("{section}.{key}"));
        }
        before = line;
    }
    let keys: Vec<String> = known_keys().into_iter().filter(|key| key.contains('.')).collect();
    let (mut keys, mut explained) = (keys, explained);
    keys.sort();
    explained.sort();
    assert_eq!(keys, explained);
}
