//! Commands of the person at this machine: through the control socket of a running node, or on the directory
//! itself when nobody runs it.

use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use anyhow::bail;
use bytes::Bytes;
use hyper::Method;
use tokio::net::UnixStream;

use crate::app::org::GivenTicket;
use crate::app::org::NewDevice;
use crate::app::org::NewInvitation;
use crate::app::shelter::ImportQuery;
use crate::cli::DataDir;
use crate::cli::client;
use crate::cli::client::Ask;
use crate::cli::org;
use crate::domain::evacuation_site::MunicipalityCode;
use crate::import;
use crate::node;

/// Commands of `shelter`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ShelterCommand {
    /// Import 指定緊急避難場所一覧 (CSV or .xlsx); shows the difference, then writes it
    Import {
        #[command(flatten)]
        data: DataDir,
        /// The list
        file: PathBuf,
        /// Show what would change, write nothing
        #[arg(long)]
        dry_run: bool,
        /// Only rows of this municipality, for instance 062014
        #[arg(long, value_name = "CODE")]
        municipality: Option<String>,
        /// In English
        #[arg(long)]
        english: bool,
    },
}

/// Commands of `device`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum DeviceCommand {
    /// Give a device a login; its password is shown once
    Add {
        #[command(flatten)]
        data: DataDir,
        /// What it logs in with: small letters, digits, - and _
        login: String,
        /// Name on screens
        #[arg(long)]
        name: String,
    },
}

/// A data directory and how to speak.
#[derive(Debug, clap::Args)]
pub(crate) struct DataArgs {
    #[command(flatten)]
    data: DataDir,
    /// As JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    data: DataDir,
}

/// Asks the running node; `None`: nobody runs it.
async fn ask_running(dir: &Path, ask: Ask<'_>) -> anyhow::Result<Option<(u16, Bytes)>> {
    let Ok(stream) = UnixStream::connect(dir.join("control.sock")).await else { return Ok(None) };
    Ok(Some(client::ask(stream, "localhost", ask).await?))
}

fn answer<T: serde::de::DeserializeOwned>(status: u16, body: &[u8]) -> anyhow::Result<T> {
    if !(200..300).contains(&status) {
        bail!("{}", problem(body));
    }
    Ok(serde_json::from_slice(body)?)
}

fn problem(body: &[u8]) -> String {
    let problem: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let detail = problem.get("detail").and_then(serde_json::Value::as_str);
    detail.unwrap_or("the node gave no reason").to_owned()
}

/// Invites a node, over the running node or on the directory.
pub(crate) async fn invite(dir: &Path, new: NewInvitation) -> anyhow::Result<GivenTicket> {
    let body = serde_json::json!({
        "client_id": new.client_id, "name": new.name, "role": new.role,
    });
    let ask = Ask {
        method: Method::POST,
        path: "/api/v1/nodes/invitations",
        content_type: "application/json",
        body: serde_json::to_vec(&body)?,
    };
    if let Some((status, body)) = ask_running(dir, ask).await? {
        let ticket: serde_json::Value = answer(status, &body)?;
        let text = ticket.get("ticket").and_then(serde_json::Value::as_str).unwrap_or_default();
        let expires = ticket.get("expires_ms").and_then(serde_json::Value::as_i64).unwrap_or(0);
        return Ok(GivenTicket { ticket: text.to_owned(), expires_ms: expires });
    }
    let (app, store) = node::open_app(dir)?;
    let ticket = crate::app::org::invite(&app, &app.operator(), new).await.map_err(words)?;
    org::stop(store).await?;
    Ok(ticket)
}

fn words(error: crate::app::error::AppError) -> anyhow::Error {
    let sentence = error.sentence(crate::app::error::Language::En);
    anyhow::Error::new(error).context(sentence)
}

pub(crate) async fn shelter(command: ShelterCommand) -> anyhow::Result<ExitCode> {
    let ShelterCommand::Import { data, file, dry_run, municipality, english } = command;
    let bytes = std::fs::read(&file)
        .with_context(|| format!("cannot read {}: check the path", file.display()))?;
    let language = if english { import::Language::English } else { import::Language::Japanese };
    let mut path = format!("/api/v1/shelters/import?dry_run={dry_run}");
    if let Some(code) = &municipality {
        path.push_str("&municipality=");
        path.push_str(code);
    }
    let ask = Ask {
        method: Method::POST,
        path: &path,
        content_type: "application/octet-stream",
        body: bytes.clone(),
    };
    if let Some((status, body)) = ask_running(&data.data, ask).await? {
        let difference: serde_json::Value = answer(status, &body)?;
        print_difference(&difference);
        return Ok(ExitCode::SUCCESS);
    }
    let (app, store) = node::open_app(&data.data)?;
    let only_municipality = municipality.as_deref().map(MunicipalityCode::parse).transpose()?;
    let options = import::ReadOptions { only_municipality };
    let read = import::read_shelter_list(&bytes, &options)?;
    let have = app.sites().await.map_err(words)?;
    print!("{}", import::render_text(&import::difference(&have, &read), language));
    if !dry_run {
        let query = ImportQuery { dry_run: false, municipality };
        let lang = crate::app::error::Language::Ja;
        crate::app::shelter::import(&app, &app.operator(), Bytes::from(bytes), query, lang)
            .await
            .map_err(words)?;
        println!("取り込みました。");
    }
    org::stop(store).await?;
    Ok(ExitCode::SUCCESS)
}

fn print_difference(difference: &serde_json::Value) {
    let text = |value: &serde_json::Value, key: &str| {
        let found = value.get(key).unwrap_or(&serde_json::Value::Null);
        found.as_str().map_or_else(|| found.to_string(), str::to_owned)
    };
    let rows = difference.get("rows").and_then(serde_json::Value::as_array);
    for row in rows.into_iter().flatten() {
        let parts = ["what", "row", "site", "field", "before", "after", "reason"];
        let line: Vec<String> =
            parts.iter().map(|key| text(row, key)).filter(|part| part != "null").collect();
        println!("{}", line.join("  "));
    }
    println!("{}", text(difference, "counts"));
}

pub(crate) async fn device(command: DeviceCommand) -> anyhow::Result<ExitCode> {
    let DeviceCommand::Add { data, login, name } = command;
    let client_id = org::fresh_text_id()?;
    let body = serde_json::json!({ "client_id": client_id, "login": login, "name": name });
    let ask = Ask {
        method: Method::POST,
        path: "/api/v1/devices",
        content_type: "application/json",
        body: serde_json::to_vec(&body)?,
    };
    let (login, password) = match ask_running(&data.data, ask).await? {
        Some((status, body)) => {
            let given: serde_json::Value = answer(status, &body)?;
            let text = |key| given.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
            (text("login").to_owned(), text("password").to_owned())
        }
        None => {
            let (app, store) = node::open_app(&data.data)?;
            let new = NewDevice { client_id, login, name };
            let given =
                crate::app::org::add_device(&app, &app.operator(), new).await.map_err(words)?;
            org::stop(store).await?;
            (given.login, given.password)
        }
    };
    println!("ID {login}, password {password}   (shown only now)");
    println!("Reads noroshi/bulletin/#, writes noroshi/device/{login}");
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn status(args: DataArgs) -> anyhow::Result<ExitCode> {
    let ask = |path| Ask {
        method: Method::GET,
        path,
        content_type: "application/json",
        body: Vec::new(),
    };
    let Some((code, body)) = ask_running(&args.data.data, ask("/api/v1/link")).await? else {
        bail!("nobody runs {}: start it with noroshi serve", args.data.data.display());
    };
    let link: serde_json::Value = answer(code, &body)?;
    if args.json {
        println!("{link}");
        return Ok(ExitCode::SUCCESS);
    }
    let at = |pointer: &str| link.pointer(pointer).map(ToString::to_string).unwrap_or_default();
    println!("line to headquarters: {}", at("/hq/state"));
    println!("last exchange (Unix ms): {}", at("/hq/last_exchange_ms"));
    println!(
        "waiting: {} messages, {} answers, {} reports, {} photos",
        at("/waiting/messages"),
        at("/waiting/answers"),
        at("/waiting/reports"),
        at("/waiting/photos")
    );
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn doctor(args: DoctorArgs) -> anyhow::Result<ExitCode> {
    let (_, store) = node::open_app(&args.data.data)?;
    let findings = store.examine().await?;
    org::stop(store).await?;
    println!("file: {}", findings.integrity);
    println!("events: {}", findings.events);
    println!("logs whose chain or signature fails: {}", findings.broken_logs.len());
    findings.broken_logs.iter().for_each(|log| println!("  {log}"));
    println!("views: {}", findings.digest);
    println!("views computed again: {}", findings.rebuilt);
    if findings.is_well() {
        println!("All is well.");
        return Ok(ExitCode::SUCCESS);
    }
    println!("Not well: keep a copy of the directory, then restore a backup or enrol again.");
    Ok(ExitCode::FAILURE)
}
