//! The demo's city 試しの市: accounts, rooms, and Yamagata's real shelter list.

use bytes::Bytes;

use crate::app::App;
use crate::app::error::Language;
use crate::app::found;
use crate::app::found::OwnedAccount;
use crate::app::shelter;
use crate::app::shelter::ImportQuery;
use crate::app::talk;
use crate::app::talk::NewRoom;
use crate::cli::demo::NAMES;
use crate::cli::demo::PASSWORD;
use crate::cli::org;
use crate::domain::access::Actor;
use crate::domain::ids::AccountNo;
use crate::domain::org::NodeRole;
use crate::domain::org::Role;
use crate::import;

/// An account of the demo; `at` are indexes of nodes.
pub(super) struct DemoAccount {
    pub(super) login: &'static str,
    name: &'static str,
    role: Role,
    pub(super) at: &'static [usize],
    phone: Option<&'static str>,
    responsible: bool,
}

const fn account(
    login: &'static str,
    name: &'static str,
    role: Role,
    at: &'static [usize],
    phone: Option<&'static str>,
) -> DemoAccount {
    DemoAccount { login, name, role, at, phone, responsible: false }
}

const fn responsible(mut account: DemoAccount) -> DemoAccount {
    account.responsible = true;
    account
}

/// Everybody, in the order of their numbers.
pub(super) const ACCOUNTS: &[DemoAccount] = &[
    account("kanri", "管理", Role::Admin, &[0], None),
    account("honbu-1", "本部 情報班 1番卓", Role::Publisher, &[0], Some("090-0000-0101")),
    account("honbu-2", "本部 情報班 2番卓", Role::Publisher, &[0], Some("090-0000-0102")),
    account("daiichi-uke", "第一小学校避難所 受付", Role::Shelter, &[1], Some("090-0000-0111")),
    responsible(account(
        "daiichi-seki",
        "第一小学校避難所 責任者",
        Role::Shelter,
        &[1],
        Some("090-0000-0112"),
    )),
    account(
        "daiichi-yakan",
        "第一小学校避難所 夜間当番",
        Role::Shelter,
        &[1],
        Some("090-0000-0113"),
    ),
    account("daini-uke", "第二小学校避難所 受付", Role::Shelter, &[2], Some("090-0000-0121")),
    responsible(account(
        "daini-seki",
        "第二小学校避難所 責任者",
        Role::Shelter,
        &[2],
        Some("090-0000-0122"),
    )),
    account("daini-yakan", "第二小学校避難所 夜間当番", Role::Shelter, &[2], Some("090-0000-0123")),
    account("genba-1", "現場巡回 1班", Role::Field, &[1, 2], Some("090-0000-0131")),
    account("genba-2", "現場巡回 2班", Role::Field, &[1, 2], None),
];

/// Places of the shelter list where the two shelters stand.
const SITES: [&str; 2] = ["第一小学校（体育館）", "第二小学校（体育館）"];

/// Fills headquarters once both shelters are enrolled.
pub(super) async fn populate(app: &App) -> anyhow::Result<()> {
    let operator = app.operator();
    let query = ImportQuery { dry_run: false, municipality: None };
    let list = Bytes::from_static(import::DEMO_CITY);
    shelter::import(app, &operator, list, query, Language::Ja).await?;

    let mut ids = vec![app.node_id()];
    let known = app.nodes_by_name().await?;
    for name in &NAMES[1..] {
        let found = known.iter().find(|(_, known)| known == name).map(|(id, _)| *id);
        ids.extend(found);
    }
    for (index, site) in SITES.iter().enumerate() {
        if let Some(node) = ids.get(index + 1) {
            let place = found::site_named(app, site).await?;
            let name = NAMES.get(index + 1).copied().unwrap_or_default().to_owned();
            found::place_node(app, *node, name, place).await?;
        }
    }
    let accounts = ACCOUNTS.iter().map(|one| OwnedAccount {
        login: one.login.to_owned(),
        name: one.name.to_owned(),
        role: one.role,
        nodes: one.at.iter().filter_map(|index| ids.get(*index).copied()).collect(),
        phone: one.phone.map(str::to_owned),
        responsible: one.responsible,
    });
    let numbers = found::add_accounts(app, accounts.collect(), PASSWORD).await?;
    open_rooms(app, &numbers).await
}

async fn open_rooms(app: &App, numbers: &[AccountNo]) -> anyhow::Result<()> {
    let desk = ACCOUNTS.iter().position(|one| one.login == "honbu-1").unwrap_or(0);
    let actor = Actor {
        account: numbers.get(desk).copied().unwrap_or(AccountNo(0)),
        role: Role::Publisher,
        node: app.node_id(),
        node_role: NodeRole::Headquarters,
    };
    let members = |fits: &dyn Fn(&DemoAccount) -> bool| -> Vec<u32> {
        let rows = ACCOUNTS.iter().zip(numbers);
        rows.filter(|(one, _)| fits(one)).map(|(_, number)| number.0).collect()
    };
    let of_shelter = |shelter: usize| {
        members(&|one| {
            one.role == Role::Publisher || (one.role == Role::Shelter && one.at.contains(&shelter))
        })
    };
    let rooms = [
        ("本部 ⇄ 第一小学校", of_shelter(1), false),
        ("本部 ⇄ 第二小学校", of_shelter(2), false),
        ("全避難所", members(&|one| one.role != Role::Admin), true),
    ];
    for (name, members, all) in rooms {
        let new = NewRoom { client_id: org::fresh_text_id()?, name: name.to_owned(), members, all };
        talk::open_room(app, &actor, new).await?;
    }
    Ok(())
}
