//! `noroshi org`: a new organisation with its first headquarters; tickets for other nodes.

use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use ed25519_dalek::SigningKey;

use crate::app::found;
use crate::app::found::Founding;
use crate::app::found::OwnedAccount;
use crate::app::org::NewInvitation;
use crate::app::password;
use crate::cli::DataDir;
use crate::cli::operator;
use crate::domain::ids::ClientId;
use crate::domain::org::CertIssue;
use crate::domain::org::Certificate;
use crate::domain::org::NodeRole;
use crate::domain::org::Role;
use crate::identity::certificate;
use crate::identity::keys;
use crate::identity::keys::NodeKeys;
use crate::node;
use crate::node::home::Home;

/// Commands of `org`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum OrgCommand {
    /// Make an organisation and its first headquarters
    Init {
        #[command(flatten)]
        data: DataDir,
        /// Name of the organisation, for instance 試しの市
        #[arg(long)]
        name: String,
        /// Name of the headquarters
        #[arg(long, default_value = "災害対策本部", value_name = "NAME")]
        node_name: String,
        /// Headquarters' door for nodes as they reach it
        #[arg(long, default_value = "127.0.0.1:1884", value_name = "HOST:PORT")]
        mqtt: String,
        /// Address that goes into tickets
        #[arg(long, default_value = "http://127.0.0.1", value_name = "URL")]
        base_url: String,
    },
    /// Print a ticket with which one node can join within seven days
    Invite {
        #[command(flatten)]
        data: DataDir,
        /// Name of the place, for instance 第一小学校避難所
        #[arg(long)]
        name: String,
        /// What it will be for
        #[arg(long, default_value = "shelter", value_parser = ["shelter", "relay"])]
        role: String,
    },
}

/// What a new headquarters is made of.
pub(crate) struct NewHeadquarters {
    pub(crate) dir: PathBuf,
    pub(crate) org_name: String,
    pub(crate) node_name: String,
    pub(crate) mqtt: String,
    pub(crate) base_url: String,
}

pub(crate) async fn run(command: OrgCommand) -> anyhow::Result<ExitCode> {
    match command {
        OrgCommand::Init { data, name, node_name, mqtt, base_url } => {
            let dir = data.data;
            let new =
                NewHeadquarters { dir: dir.clone(), org_name: name, node_name, mqtt, base_url };
            let root = make_headquarters(new).await?;
            let given = first_administrator(&dir).await?;
            let path = dir.join("keys").join("root.key");
            keys::write_secret(&path, &root.to_bytes())?;
            println!("The organisation and its headquarters are made in {}.", dir.display());
            println!("Administrator: ID kanri, password {given}   (shown only now)");
            println!(
                "The root key lies in {}: print it or copy it to a stick, lock that away, and remove the file.",
                path.display()
            );
            println!("Next: noroshi serve --data {}", dir.display());
        }
        OrgCommand::Invite { data, name, role } => {
            let client_id = fresh_text_id()?;
            let ticket =
                operator::invite(&data.data, NewInvitation { client_id, name, role }).await?;
            println!("{}", ticket.ticket);
            eprintln!("On the other machine: noroshi join --data DIR TICKET");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Draws from the system.
pub(crate) fn system_random(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        std::process::abort();
    }
}

pub(crate) fn fresh_text_id() -> anyhow::Result<String> {
    Ok(ClientId(crate::app::random()?).to_string())
}

/// Makes root key, node keys, certificate and first events. The root key is the caller's to keep or drop.
pub(crate) async fn make_headquarters(new: NewHeadquarters) -> anyhow::Result<SigningKey> {
    Home::check_free(&new.dir)?;
    let mut random = system_random;
    let root = SigningKey::from_bytes(&crate::identity::draw(&mut random));
    let node_keys = NodeKeys::generate(&mut random);
    let home = Home {
        dir: new.dir.clone(),
        keys: node_keys.clone(),
        root: keys::public_of(&root),
        role: NodeRole::Headquarters,
        mailbox_password: crate::identity::draw(&mut random),
        mqtt: new.mqtt,
        base_url: new.base_url,
    };
    home.save()?;
    let certificate = Certificate {
        version: 1,
        org: home.org(),
        signing: node_keys.signing_public(),
        exchange: node_keys.exchange_public(),
        role: NodeRole::Headquarters,
        serial: 1,
        name: new.node_name.clone(),
        issuer: None,
        issued_ms: 0,
    };
    let issue: CertIssue = certificate::issue(&root, &certificate, ClientId(crate::app::random()?));
    let (app, store) = node::open_app(&new.dir)?;
    let founding =
        Founding { certificate: issue, org_name: new.org_name, node_name: new.node_name };
    found::found(&app, founding).await?;
    store.put_mailbox(node_keys.node(), home.mailbox_password).await?;
    stop(store).await?;
    Ok(root)
}

async fn first_administrator(dir: &Path) -> anyhow::Result<String> {
    let (app, store) = node::open_app(dir)?;
    let given = password::readable(&crate::app::random()?);
    let account = OwnedAccount {
        login: "kanri".to_owned(),
        name: "管理".to_owned(),
        role: Role::Admin,
        nodes: vec![app.node_id()],
        phone: None,
        responsible: false,
    };
    found::add_accounts(&app, vec![account], &given).await?;
    stop(store).await?;
    Ok(given)
}

/// Stops a store that was opened for one command.
pub(crate) async fn stop(store: crate::store::Store) -> anyhow::Result<()> {
    tokio::task::spawn_blocking(move || store.stop()).await.context("the store ended badly")
}
