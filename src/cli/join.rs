//! `noroshi join`: this machine becomes a node of an organisation, by a ticket that works once.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use anyhow::bail;

use crate::cli::DataDir;
use crate::cli::client;
use crate::cli::org;
use crate::identity::join::Joining;
use crate::identity::keys::NodeKeys;
use crate::identity::ticket::Ticket;
use crate::node;
use crate::node::home::Home;
use crate::node::home::JOINING;

/// Arguments of `join`.
#[derive(Debug, clap::Args)]
pub(crate) struct JoinArgs {
    #[command(flatten)]
    data: DataDir,
    /// The ticket that `noroshi org invite` printed
    #[arg(value_name = "NRS1…", num_args = 1.., required = true)]
    ticket: Vec<String>,
}

pub(crate) async fn run(args: JoinArgs) -> anyhow::Result<ExitCode> {
    // A ticket that was broken over lines arrives as several words.
    let name = enrol(&args.data.data, &args.ticket.concat(), None).await?;
    println!("This machine is now {name}. Next: noroshi serve --data {}", args.data.data.display());
    Ok(ExitCode::SUCCESS)
}

/// Enrols a directory; answers with the node's name. `base_url`: another address than the ticket's.
pub(crate) async fn enrol(
    dir: &Path,
    ticket: &str,
    base_url: Option<&str>,
) -> anyhow::Result<String> {
    Home::check_free(dir)?;
    Home::forget_half_made(dir)?;
    let ticket = Ticket::parse(ticket)?;
    let mut random = org::system_random;
    // Keys are kept beside the directory's future place until the answer is there: a lost answer can be
    // asked for again with the same ticket.
    let waiting = dir.join(JOINING);
    let keys = match NodeKeys::load(&waiting) {
        Ok(keys) => keys,
        Err(_absent) => {
            let keys = NodeKeys::generate(&mut random);
            keys.save(&waiting)?;
            keys
        }
    };
    let (joining, request) = Joining::begin(&ticket, &keys, "", &mut random)?;
    let base = base_url.unwrap_or(&ticket.base_url);
    let (status, answer) = client::ask_url(base, "/api/v1/join", request).await?;
    if status != 200 {
        bail!(
            "{base} refused ({status}): check that the ticket is whole and from this headquarters, or print a new one"
        );
    }
    let joined = joining.finish(&answer)?;
    let home = Home {
        dir: dir.to_owned(),
        keys,
        root: joined.grant.root,
        role: joined.own.role,
        mailbox_password: joined.grant.mailbox_password,
        mqtt: joined.grant.mqtt.clone(),
        base_url: base.to_owned(),
    };
    home.save()?;
    let (_, store) = node::open_app(dir)?;
    let issues =
        joined.grant.certificates.iter().filter_map(|issue| minicbor::to_vec(issue).ok()).collect();
    store.trust(issues).await?;
    org::stop(store).await?;
    // Last: whatever breaks before this is asked for again with the same keys and the same ticket.
    std::fs::remove_dir_all(&waiting).context("cannot tidy the data folder")?;
    Ok(joined.own.name)
}
