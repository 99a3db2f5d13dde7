//! `noroshi demo`: a headquarters and two shelters in one process, on loopback, with a city to try.
//!
//! The nodes are real: own directories, logs, brokers, ports; the shelters enrol as any shelter does. Their
//! lines run through a relay in this process that the panel can cut (`line`).

mod city;
pub mod line;
mod lines;

use std::net::IpAddr;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use anyhow::bail;
use tokio_util::sync::CancellationToken;

use crate::app::demo::Demo;
use crate::app::demo::DemoAddress;
use crate::app::org as app_org;
use crate::app::org::NewInvitation;
use crate::cli::demo::line::Line;
use crate::cli::demo::lines::Lines;
use crate::cli::join;
use crate::cli::org;
use crate::cli::org::NewHeadquarters;
use crate::cli::serve;
use crate::http::HttpOptions;
use crate::media::PhotoLimits;
use crate::node::Node;
use crate::node::NodeOptions;
use crate::observe;

/// How long the first exchange may take before the addresses are printed all the same.
const FIRST_EXCHANGE: Duration = Duration::from_secs(15);

/// The one password of all accounts of a demo.
pub const PASSWORD: &str = "noroshi-demo";

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// First port: headquarters, then the shelters
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// First MQTT port: devices' doors of headquarters and shelters; +10 is headquarters' door for nodes
    #[arg(long, default_value_t = 18830)]
    mqtt_port: u16,
    /// Where the data stay
    #[arg(long, default_value = "demo-data", value_name = "DIR")]
    dir: PathBuf,
    /// Begin anew: remove the data of an earlier demo
    #[arg(long)]
    fresh: bool,
    /// Listen on this address, so that a phone on the same Wi-Fi can try it (the passwords are public)
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: IpAddr,
    /// Log lines on standard error: error, warn, info, debug
    #[arg(long, default_value = "warn", value_name = "LEVEL")]
    log: String,
}

/// Names of the three directories, headquarters first.
const DIRS: [&str; 3] = ["hq", "shelter-1", "shelter-2"];
/// Names of the nodes.
pub(crate) const NAMES: [&str; 3] = ["災害対策本部", "第一小学校避難所", "第二小学校避難所"];

pub(crate) async fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    observe::log::start(observe::log::Format::Text, &args.log)?;
    prepare_dir(&args)?;
    if args.host.is_loopback() {
        // The usual case: nobody else can reach it.
    } else {
        eprintln!(
            "注意: このデモは{}で待ち受けます。パスワードは公開されています。 / The passwords of this demo are public.",
            args.host
        );
    }
    let town = Town::start(&args).await?;
    town.write_marker(&args)?;
    print_welcome(&args);
    serve::until_told_to_end().await?;
    town.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// The directory is absent, empty, or a demo's; `--fresh` empties only a demo's.
fn prepare_dir(args: &DemoArgs) -> anyhow::Result<()> {
    let dir = &args.dir;
    let is_ours = dir.join("demo.json").exists() || dir.join(".demo-in-progress").exists();
    let is_empty =
        std::fs::read_dir(dir).map(|mut entries| entries.next().is_none()).unwrap_or(true);
    if !is_ours && !is_empty {
        bail!("{} is not empty and not a demo's: choose another --dir", dir.display());
    }
    if is_ours && (args.fresh || !dir.join("demo.json").exists()) {
        std::fs::remove_dir_all(dir)
            .with_context(|| format!("cannot empty {}: check its rights", dir.display()))?;
    }
    std::fs::create_dir_all(dir)
        .and_then(|()| match dir.join("demo.json").exists() {
            true => Ok(()),
            false => std::fs::write(dir.join(".demo-in-progress"), ""),
        })
        .with_context(|| format!("cannot write into {}: choose another --dir", dir.display()))
}

struct Town {
    nodes: Vec<Node>,
    stop: CancellationToken,
}

impl Town {
    async fn start(args: &DemoArgs) -> anyhow::Result<Self> {
        let is_new = !args.dir.join("demo.json").exists();
        let stop = CancellationToken::new();
        let door = SocketAddr::from(([127, 0, 0, 1], port(args.mqtt_port, 10)?));
        let hq_dir = args.dir.join(DIRS[0]);
        let base_url = format!("http://127.0.0.1:{}", args.port);
        if is_new {
            // A port that is taken must be said before anything is made.
            for index in 0..3 {
                drop(crate::node::bind(SocketAddr::new(args.host, port(args.port, index)?)).await?);
            }
            let new = NewHeadquarters {
                dir: hq_dir.clone(),
                org_name: "試しの市".to_owned(),
                node_name: NAMES[0].to_owned(),
                mqtt: door.to_string(),
                base_url: base_url.clone(),
            };
            // The root key of a demo is dropped: nobody needs a second headquarters of it.
            drop(org::make_headquarters(new).await?);
        }
        let lines = Arc::new(Lines::start(door, &stop).await?);
        let demo = Demo {
            password: PASSWORD.to_owned(),
            addresses: addresses(args)?,
            switch: lines.clone(),
        };
        let hq = Node::start(options(args, 0, Some(door), None, &demo)?).await?;
        if is_new {
            enrol_shelters(args, &hq).await?;
            city::populate(hq.app()).await?;
        }
        let mut nodes = vec![hq];
        for index in 1..3 {
            let way = lines.address(index - 1).map(|address| address.to_string());
            nodes.push(Node::start(options(args, index, None, way, &demo)?).await?);
        }
        for shelter in nodes.iter().skip(1) {
            know_their_people(shelter).await;
        }
        lines.know(nodes.iter().map(|node| node.app().clone()).collect());
        Ok(Self { nodes, stop })
    }

    /// Marks the directory as a demo's and tells scripts where everything is.
    fn write_marker(&self, args: &DemoArgs) -> anyhow::Result<()> {
        let urls: Vec<String> =
            self.nodes.iter().map(|node| format!("http://{}", node.http_address())).collect();
        let marker = serde_json::json!({
            "noroshi_demo": 1, "addresses": urls, "password": PASSWORD,
            "accounts": city::ACCOUNTS.iter().map(|account| account.login).collect::<Vec<_>>(),
        });
        std::fs::write(args.dir.join("demo.json"), serde_json::to_vec_pretty(&marker)?)?;
        drop(std::fs::remove_file(args.dir.join(".demo-in-progress")));
        Ok(())
    }

    async fn stop(self) {
        self.stop.cancel();
        let mut all = tokio::task::JoinSet::new();
        for node in self.nodes {
            all.spawn(node.stop());
        }
        while all.join_next().await.is_some() {}
    }
}

/// Both shelters enrol as any shelter does: ticket, request, answer.
async fn enrol_shelters(args: &DemoArgs, hq: &Node) -> anyhow::Result<()> {
    let own = format!("http://{}", hq.http_address());
    for (name, dir) in NAMES.iter().zip(DIRS).skip(1) {
        let invitation = NewInvitation {
            client_id: org::fresh_text_id()?,
            name: (*name).to_owned(),
            role: "shelter".to_owned(),
        };
        let ticket = app_org::invite(hq.app(), &hq.app().operator(), invitation).await?;
        join::enrol(&args.dir.join(dir), &ticket.ticket, Some(&own)).await?;
    }
    Ok(())
}

/// Waits until a shelter's people can log in there, at most a few seconds: the first exchange brings them.
async fn know_their_people(shelter: &Node) {
    let mut commits = shelter.app().commits();
    let people = city::ACCOUNTS.iter().filter(|one| one.at.contains(&1)).count();
    let known = async {
        while shelter.app().people_with_password().await.unwrap_or(0) < people {
            if commits.changed().await.is_err() {
                return;
            }
        }
    };
    if tokio::time::timeout(FIRST_EXCHANGE, known).await.is_err() {
        tracing::warn!(
            "A shelter has not heard from headquarters yet; its people can log in once it has."
        );
    }
}

fn port(first: u16, offset: usize) -> anyhow::Result<u16> {
    u16::try_from(usize::from(first) + offset).context("the ports end at 65535: choose a lower one")
}

fn addresses(args: &DemoArgs) -> anyhow::Result<Vec<DemoAddress>> {
    NAMES
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let url = format!("http://{}:{}", args.host, port(args.port, index)?);
            Ok(DemoAddress { name: (*name).to_owned(), url })
        })
        .collect()
}

fn options(
    args: &DemoArgs,
    index: usize,
    nodes: Option<SocketAddr>,
    headquarters: Option<String>,
    demo: &Demo,
) -> anyhow::Result<NodeOptions> {
    Ok(NodeOptions {
        dir: args.dir.join(DIRS.get(index).copied().unwrap_or_default()),
        http: SocketAddr::new(args.host, port(args.port, index)?),
        devices: Some(SocketAddr::from(([127, 0, 0, 1], port(args.mqtt_port, index)?))),
        nodes,
        headquarters,
        base_url: None,
        // Without network time every time of the demo would be marked as doubtful.
        clock_trusted: index == 0,
        door: HttpOptions { require_secure_desk: false, ..HttpOptions::default() },
        photos: PhotoLimits::default(),
        demo: Some(demo.clone()),
    })
}

fn print_welcome(args: &DemoArgs) {
    println!("noroshi 試し (demo): 試しの市 — 一つの本部と二つの避難所");
    for (index, name) in NAMES.iter().enumerate() {
        let who: Vec<&str> = city::ACCOUNTS
            .iter()
            .filter(|one| one.at.contains(&index))
            .map(|one| one.login)
            .collect();
        let port = usize::from(args.port) + index;
        println!("  http://{}:{port}  {name}   {}", args.host, who.join("  "));
    }
    println!("  パスワード / password: {PASSWORD}");
    println!("  データ / data: {}   (--fresh で最初から / begins anew)", args.dir.display());
    println!("  終わるには Ctrl-C / Ctrl-C ends it");
}

/// The directory of a demo node, for tests.
#[must_use]
pub fn node_dir(dir: &Path, index: usize) -> PathBuf {
    dir.join(DIRS.get(index).copied().unwrap_or_default())
}

/// One line that the panel cuts and restores.
type SharedLine = Arc<Line>;
