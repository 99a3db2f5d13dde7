//! Founding an organisation: the first events of its first headquarters.

use crate::app::App;
use crate::app::error::AppError;
use crate::app::fresh_client_id;
use crate::app::org;
use crate::app::org::AccountDrafts;
use crate::app::people::Directory;
use crate::domain::event::kind::Kind;
use crate::domain::ids::AccountNo;
use crate::domain::ids::NodeId;
use crate::domain::org::AccountPut;
use crate::domain::org::CertIssue;
use crate::domain::org::NodePlace;
use crate::domain::org::OrgSetting;
use crate::domain::org::Role;
use crate::domain::stream::Stream;
use crate::store::Draft;

/// What an organisation begins with.
#[derive(Debug)]
pub struct Founding {
    /// Headquarters' certificate, signed by the root.
    pub certificate: CertIssue,
    /// Name of the organisation.
    pub org_name: String,
    /// Name of headquarters.
    pub node_name: String,
}

/// An account with its password, made by whoever owns the machine.
#[derive(Debug, Clone)]
pub struct OwnedAccount {
    /// ID.
    pub login: String,
    /// Name on screens.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Nodes where it may log in.
    pub nodes: Vec<NodeId>,
    /// As dialled.
    pub phone: Option<String>,
    /// 責任者 of its shelter.
    pub responsible: bool,
}

/// Writes certificate, name and place of the first headquarters.
///
/// # Errors
/// The store's.
pub async fn found(app: &App, founding: Founding) -> Result<(), AppError> {
    let node = app.node_id();
    let (place_id, setting_id) = (fresh_client_id()?, fresh_client_id()?);
    app.store()
        .act(move |_| {
            let org = Stream::org();
            let issue = founding.certificate;
            let setting = OrgSetting {
                client_id: setting_id,
                key: "name".to_owned(),
                value: founding.org_name,
            };
            let place =
                NodePlace { client_id: place_id, node, site: None, name: founding.node_name };
            let drafts = vec![
                Draft::new(org.clone(), Kind::CertIssue, None, issue.client_id, &issue),
                Draft::new(org.clone(), Kind::OrgSetting, None, setting_id, &setting),
                Draft::new(org, Kind::NodePlace, None, place_id, &place),
            ];
            Ok::<_, AppError>((drafts, ()))
        })
        .await?;
    Ok(())
}

/// Makes accounts with one password.
///
/// # Errors
/// Limits, or the store's.
pub async fn add_accounts(
    app: &App,
    accounts: Vec<OwnedAccount>,
    password: &str,
) -> Result<Vec<AccountNo>, AppError> {
    let mut made = Vec::new();
    for account in accounts {
        let verifiers = org::verifiers(app, password, account.nodes.len()).await?;
        let first = fresh_client_id()?;
        let ids = org::client_ids(first, account.nodes.len());
        let (_, number) = app
            .store()
            .act(move |snapshot| {
                let directory = Directory::read(snapshot)?;
                let (number, _) = snapshot.next_numbers()?;
                let put = AccountPut {
                    client_id: first,
                    account: number,
                    login: account.login,
                    name: account.name,
                    role: account.role,
                    nodes: account.nodes,
                    responsible: account.responsible,
                };
                let drafts = AccountDrafts { put, phone: account.phone, verifiers };
                Ok::<_, AppError>((drafts.drafts(&directory, None, &ids)?, number))
            })
            .await?;
        made.push(number);
    }
    Ok(made)
}

/// Says which place of the shelter list a node stands at.
///
/// # Errors
/// The store's.
pub async fn place_node(
    app: &App,
    node: NodeId,
    name: String,
    site: Option<String>,
) -> Result<(), AppError> {
    let client_id = fresh_client_id()?;
    app.store()
        .act(move |_| {
            let body = NodePlace { client_id, node, site, name };
            let draft = Draft::new(Stream::org(), Kind::NodePlace, None, client_id, &body);
            Ok::<_, AppError>((vec![draft], ()))
        })
        .await?;
    Ok(())
}

/// Key of the place with this name in the shelter list.
///
/// # Errors
/// The store's.
pub async fn site_named(app: &App, name: &str) -> Result<Option<String>, AppError> {
    let name = name.to_owned();
    app.store()
        .read(move |snapshot| {
            let found = snapshot.sites()?.into_iter().find(|(_, site)| site.name == name);
            Ok::<_, AppError>(found.map(|(key, _)| key.0))
        })
        .await
}
