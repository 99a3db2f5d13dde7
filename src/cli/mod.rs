//! The command line: `--help` reads as documentation; every failure is one line with its remedy.
//!
//! Exit codes: 0 done, 1 not done (the line says why), 2 the command itself was not understood.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on standard output and standard error"
)]

mod client;
pub mod demo;
mod join;
mod operator;
mod org;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::Subcommand;

/// Offline-first messaging for disasters: one program, three roles.
///
/// Try it:           noroshi demo
/// A headquarters:   noroshi org init --data DIR --name 試しの市, then noroshi serve --data DIR
/// A shelter:        noroshi join --data DIR NRS1…, then noroshi serve --data DIR
#[derive(Debug, Parser)]
#[command(name = "noroshi", version, verbatim_doc_comment)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a headquarters and two shelters on this machine, with a city to try
    Demo(demo::DemoArgs),
    /// Run the node of a data directory
    Serve(serve::ServeArgs),
    /// Make an organisation, invite nodes
    #[command(subcommand)]
    Org(org::OrgCommand),
    /// Enrol this machine as a node, with a ticket that works once
    Join(join::JoinArgs),
    /// The shelter list
    #[command(subcommand)]
    Shelter(operator::ShelterCommand),
    /// Logins of local devices (displays, sensors)
    #[command(subcommand)]
    Device(operator::DeviceCommand),
    /// Tell how a running node fares
    Status(operator::DataArgs),
    /// Check a stopped node: file, chains, signatures, views
    Doctor(operator::DoctorArgs),
    /// Print the description of the HTTP API (OpenAPI 3.1)
    Openapi,
    /// Print noroshi.toml with every key, its meaning and default
    Config,
}

/// Where a node's data lie.
#[derive(Debug, clap::Args)]
pub(crate) struct DataDir {
    /// Data directory of the node
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Readers, verifiers, photos, files: more threads at once would only hold memory.
        .max_blocking_threads(32)
        .build();
    let done = match runtime {
        Ok(runtime) => {
            let done = runtime.block_on(dispatch(cli.command));
            // Whatever still blocks (a verifier, a photo) must not hold the process.
            runtime.shutdown_timeout(std::time::Duration::from_millis(200));
            done
        }
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("noroshi: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and what lies behind it, in one line.
fn sentence(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = error.chain().map(ToString::to_string).collect();
    parts.dedup();
    parts.join(" — ")
}

async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => demo::run(args).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Org(command) => org::run(command).await,
        Command::Join(args) => join::run(args).await,
        Command::Shelter(command) => operator::shelter(command).await,
        Command::Device(command) => operator::device(command).await,
        Command::Status(args) => operator::status(args).await,
        Command::Doctor(args) => operator::doctor(args).await,
        Command::Openapi => {
            println!("{}", crate::http::openapi());
            Ok(ExitCode::SUCCESS)
        }
        Command::Config => {
            print!("{}", crate::config::DEFAULT_TOML);
            Ok(ExitCode::SUCCESS)
        }
    }
}
