//! `noroshi serve`: one real node, until it is told to end.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;

use crate::cli::DataDir;
use crate::config::ClockTrust;
use crate::config::Config;
use crate::config::LogFormat;
use crate::http::HttpOptions;
use crate::media::PhotoLimits;
use crate::node::Node;
use crate::node::NodeOptions;
use crate::observe;

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    data: DataDir,
    /// Settings [default: DIR/noroshi.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// For developers: serve the web app from this folder
    #[arg(long, value_name = "DIR", hide = true)]
    web_dir: Option<PathBuf>,
}

pub(crate) async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let config = read_config(&args)?;
    start_log(&config)?;
    if args.data.data.parent().is_some_and(|parent| parent.join("demo.json").exists()) {
        bail!(
            "{} belongs to a demo, whose passwords are public: use `noroshi demo`, or make a node of your own with `noroshi org init`",
            args.data.data.display()
        );
    }
    let node = Node::start(NodeOptions {
        dir: args.data.data.clone(),
        http: config.http.listen,
        devices: config.mqtt.devices,
        nodes: config.mqtt.nodes,
        headquarters: config.mqtt.headquarters.clone(),
        base_url: config.http.base_url.clone(),
        clock_trusted: match config.clock.trust {
            ClockTrust::System => true,
            ClockTrust::Kernel => kernel_clock_is_synchronised(),
        },
        door: HttpOptions {
            require_secure_desk: config.http.require_secure_desk,
            connections_max: config.http.connections_max,
            photo_bytes_max: usize::try_from(config.photos.bytes_max).unwrap_or(usize::MAX),
            web_dir: args.web_dir,
            ..HttpOptions::default()
        },
        photos: PhotoLimits {
            bytes_max: config.photos.bytes_max,
            pixels_max: config.photos.pixels_max,
            ..PhotoLimits::default()
        },
        demo: None,
    })
    .await?;
    tracing::info!(address = %node.http_address(), "The node is up.");
    until_told_to_end().await?;
    tracing::info!("Ending.");
    node.stop().await;
    Ok(ExitCode::SUCCESS)
}

fn read_config(args: &ServeArgs) -> anyhow::Result<Config> {
    let usual = args.data.data.join("noroshi.toml");
    Ok(match &args.config {
        Some(path) => Config::read(path)?,
        None if usual.exists() => Config::read(&usual)?,
        None => Config::default_settings()?,
    })
}

fn start_log(config: &Config) -> anyhow::Result<()> {
    let format = match config.log.format {
        LogFormat::Text => observe::log::Format::Text,
        LogFormat::Json => observe::log::Format::Json,
    };
    Ok(observe::log::start(format, &config.log.level)?)
}

/// Did the system's time service say that the clock is synchronised? systemd-timesyncd leaves a mark; other
/// services don't, there `clock.trust = "system"` says it.
fn kernel_clock_is_synchronised() -> bool {
    std::path::Path::new("/run/systemd/timesync/synchronized").exists()
}

/// Ctrl-C, or the service manager's SIGTERM.
pub(crate) async fn until_told_to_end() -> anyhow::Result<()> {
    use tokio::signal::unix::SignalKind;
    use tokio::signal::unix::signal;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done?,
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}
