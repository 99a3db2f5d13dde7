//! Puts the web app into the binary: builds it with npm and Vite when `web/` has changed, and
//! writes `assets.rs`, a table of its files, into `OUT_DIR`.
//! Why here: a stranger types one cargo command. Why so careful: npm and Vite take seconds, so they
//! run only when their inputs changed, and nothing of it is needed with `--no-default-features` or
//! with a ready build in `NOROSHI_WEB_DIST`.
//! Not here: compression (the Vite build writes `.br` and `.gz` beside each file) and serving.
//! The table: `pub const ASSETS: &[Asset]`, `path` relative to the build ("index.html",
//! "assets/index-….js"), sorted; `etag` in quotes; `br` and `gzip` where the build has them.

use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// Everything that decides what the build of the web app contains, relative to `web/`.
/// Never `web/` itself: `node_modules` changes at every run.
const INPUTS: &[&str] = &[
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
];

const WAYS_OUT: &str = "Install Node 20.19 or newer (22: 22.12 or newer), or set NOROSHI_WEB_DIST \
     to a ready build of web/, or build without the web app: cargo build --no-default-features";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=NOROSHI_WEB_DIST");
    if let Err(text) = run() {
        println!("cargo::error={}", text.replace('\n', " "));
    }
}

fn run() -> Result<(), String> {
    let out = PathBuf::from(setting("OUT_DIR").ok_or("cargo did not set OUT_DIR")?);
    let files = if setting("CARGO_FEATURE_WEB").is_none() {
        Vec::new()
    } else if let Some(ready) = setting("NOROSHI_WEB_DIST").filter(|text| !text.is_empty()) {
        ready_build(Path::new(&ready))?
    } else {
        let root = setting("CARGO_MANIFEST_DIR").ok_or("cargo did not set CARGO_MANIFEST_DIR")?;
        own_build(&Path::new(&root).join("web"), &out)?
    };
    let table = table(&files)?;
    let target = out.join("assets.rs");
    if fs::read_to_string(&target).is_ok_and(|old| old == table) {
        return Ok(());
    }
    fs::write(&target, table).map_err(|error| told(&target, &error))
}

fn setting(name: &str) -> Option<OsString> {
    env::var_os(name)
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// A file of the built app: its path inside the build, and where it lies.
struct Built {
    name: String,
    path: PathBuf,
}

fn ready_build(dist: &Path) -> Result<Vec<Built>, String> {
    println!("cargo::rerun-if-changed={}", dist.display());
    let files = files_of(dist)?;
    if files.iter().any(|file| file.name == "index.html") {
        return Ok(files);
    }
    Err(format!(
        "NOROSHI_WEB_DIST={} has no index.html: let it name the folder that `npm run build` \
         wrote, usually web/dist",
        dist.display()
    ))
}

fn own_build(web: &Path, out: &Path) -> Result<Vec<Built>, String> {
    let inputs: Vec<PathBuf> =
        INPUTS.iter().map(|name| web.join(name)).filter(|path| path.exists()).collect();
    for path in &inputs {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    if !web.join("package-lock.json").exists() {
        return Err(format!("{} has no package-lock.json. {WAYS_OUT}", web.display()));
    }
    let dist = out.join("dist");
    let stamp = out.join("web.stamp");
    let wanted = format!("{:016x}", hash_of(web, &inputs)?);
    if !fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        let node = node_is_new_enough()?;
        install(web)?;
        let target = dist.display().to_string();
        let arguments =
            ["node_modules/vite/bin/vite.js", "build", "--emptyOutDir", "--outDir", &target];
        command(web, &node, &arguments)?;
        // Last, so that a failed build runs again.
        fs::write(&stamp, wanted).map_err(|error| told(&stamp, &error))?;
    }
    files_of(&dist)
}

/// Runs `npm ci` if the lock is not the one that `node_modules` was made from.
fn install(web: &Path) -> Result<(), String> {
    let lock = format!("{:016x}", hash_of(web, &[web.join("package-lock.json")])?);
    let mark = web.join("node_modules/.noroshi-lock");
    let fresh = || fs::read_to_string(&mark).is_ok_and(|found| found == lock);
    if fresh() {
        return Ok(());
    }
    // Two builds in different profiles may come here at once; npm ci empties node_modules.
    let gate = env::temp_dir().join(format!("noroshi-npm-{:016x}.lock", fnv(web_name(web))));
    let guard = File::create(&gate).map_err(|error| told(&gate, &error))?;
    guard.lock().map_err(|error| told(&gate, &error))?;
    if fresh() {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let arguments = ["ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
    command(web, npm, &arguments)?;
    fs::write(&mark, lock).map_err(|error| told(&mark, &error))
}

fn web_name(web: &Path) -> impl Iterator<Item = u8> {
    web.display().to_string().into_bytes().into_iter()
}

fn node_is_new_enough() -> Result<String, String> {
    let node = "node".to_owned();
    let output = Command::new(&node).arg("--version").output().map_err(|error| {
        format!("the web app needs Node to be built, and `node` does not run ({error}). {WAYS_OUT}")
    })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.trim().trim_start_matches('v');
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let new_enough = matches!((major, minor), (20, 19..) | (22, 12..) | (23.., _));
    if new_enough {
        return Ok(node);
    }
    Err(format!("the web app needs a newer Node than the one found, {version}. {WAYS_OUT}"))
}

fn command(web: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(web)
        .output()
        .map_err(|error| format!("`{program}` does not run ({error}). {WAYS_OUT}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(if output.stderr.is_empty() {
        &output.stdout
    } else {
        &output.stderr
    });
    for line in said.lines() {
        println!("cargo::warning={line}");
    }
    let shown = arguments.join(" ");
    Err(format!(
        "`{program} {shown}` failed in {} (its words stand above). {WAYS_OUT}",
        web.display()
    ))
}

/// Every file below `folder`, sorted by its path in it.
fn files_of(folder: &Path) -> Result<Vec<Built>, String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(|error| told(&next, &error))? {
            let path = entry.map_err(|error| told(&next, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(Built { name: name_in(folder, &path), path });
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn name_in(folder: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    inside.display().to_string().replace('\\', "/")
}

/// Hash of names and contents, names relative to `web`, so that a rename is seen.
fn hash_of(web: &Path, inputs: &[PathBuf]) -> Result<u64, String> {
    let mut bytes: Vec<u8> = Vec::new();
    for input in inputs {
        let files = if input.is_dir() {
            files_of(input)?
        } else {
            vec![Built { name: String::new(), path: input.clone() }]
        };
        for file in files {
            bytes.extend(name_in(web, &file.path).bytes());
            bytes.push(0);
            bytes.extend(fs::read(&file.path).map_err(|error| told(&file.path, &error))?);
            bytes.push(0);
        }
    }
    Ok(fnv(bytes.into_iter()))
}

/// FNV-1a: enough to notice a change, and no crate to build first.
fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The Rust text of the table.
fn table(files: &[Built]) -> Result<String, String> {
    let mut text =
        String::from("/// Every file of the web app.\npub const ASSETS: &[Asset] = &[\n");
    for file in files.iter().filter(|file| !is_compressed(&file.name)) {
        let raw = fs::read(&file.path).map_err(|error| told(&file.path, &error))?;
        let packed = |ending: &str| {
            let name = format!("{}.{ending}", file.name);
            files.iter().find(|other| other.name == name).map_or_else(
                || "None".to_owned(),
                |other| format!("Some({}.as_slice())", include(&other.path)),
            )
        };
        writeln!(
            text,
            "    Asset {{ path: {:?}, mime: {:?}, etag: {:?}, raw: {}.as_slice(), br: {}, gzip: {} }},",
            file.name,
            mime(&file.name),
            format!("\"{:016x}\"", fnv(raw.into_iter())),
            include(&file.path),
            packed("br"),
            packed("gz"),
        )
        .map_err(|error| error.to_string())?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn include(path: &Path) -> String {
    format!("include_bytes!({:?})", path.display().to_string())
}

fn is_compressed(name: &str) -> bool {
    name.ends_with(".br") || name.ends_with(".gz")
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
