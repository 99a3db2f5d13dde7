//! Talk: rooms, messages, 既読, taking back, how far a message got.

mod shapes;

use crate::app::App;
use crate::app::author;
use crate::app::error::AppError;
use crate::app::link;
use crate::app::link::count;
use crate::app::people;
use crate::app::people::Directory;
use crate::app::photo;
use crate::app::random;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::event::kind::Kind;
use crate::domain::ids::AccountNo;
use crate::domain::ids::BlobHash;
use crate::domain::ids::EventId;
use crate::domain::ids::NodeId;
use crate::domain::ids::StreamId;
use crate::domain::org::NodeRole;
use crate::domain::org::Role;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::domain::talk::MEMBERS_MAX;
use crate::domain::talk::MessageDelete;
use crate::domain::talk::MessagePost;
use crate::domain::talk::ReadMark;
use crate::domain::talk::RoomOpen;
use crate::domain::talk::WITHDRAW_WITHIN_MS;
use crate::domain::text;
use crate::store::Draft;
use crate::store::snapshot::Snapshot;
use crate::store::views::talk::Message as Stored;
use crate::store::views::talk::Room as StoredRoom;

pub use crate::app::talk::shapes::*;

/// Most messages of one page.
const PAGE_MAX: u32 = 200;

/// Everything that rendering a room's messages needs.
struct View<'a> {
    snapshot: &'a Snapshot<'a>,
    app: &'a App,
    directory: &'a Directory,
    room: &'a StoredRoom,
    me: AccountNo,
}

impl View<'_> {
    /// The other nodes of the room, as far as their state is known here.
    fn others(&self) -> Vec<(NodeId, NodeRole)> {
        let own = self.snapshot.who.node;
        let known = |node: NodeId| self.directory.node(node).map(|one| (one.id, one.role));
        if self.app.is_headquarters() {
            return self
                .room
                .nodes
                .iter()
                .filter(|node| **node != own)
                .filter_map(|node| known(*node))
                .collect();
        }
        // A shelter hears from headquarters only; what other shelters hold it doesn't know.
        let takes_part = |role: NodeRole| role == NodeRole::Headquarters;
        self.directory
            .nodes()
            .iter()
            .filter(|node| node.id != own && takes_part(node.role))
            .map(|node| (node.id, node.role))
            .collect()
    }

    fn delivery(&self, message: &Stored) -> Result<Delivery, AppError> {
        let others = self.others();
        let mut reached = 0_usize;
        let mut hq = self.app.is_headquarters();
        for (node, role) in &others {
            if self.snapshot.reached(*node, &message.at)? {
                reached = reached.saturating_add(1);
                hq |= *role == NodeRole::Headquarters;
            }
        }
        let place = match others.as_slice() {
            [(only, _)] => Some(self.directory.node_name(*only)),
            _ => None,
        };
        Ok(Delivery {
            hq,
            reached: count(reached),
            total: count(others.len()),
            place,
            local: others.is_empty(),
        })
    }

    fn message(&self, message: &Stored) -> Result<Message, AppError> {
        let mine = message.author == self.me;
        let at_ms = self.snapshot.unix(message.ctime);
        let until = at_ms.saturating_add(WITHDRAW_WITHIN_MS);
        let can_withdraw = mine && !message.withdrawn && until > self.snapshot.now_ms;
        let quote = match message.reply {
            Some(at) => self.snapshot.message_at(at)?,
            None => None,
        };
        Ok(Message {
            id: message.id.to_string(),
            client_id: message.client.to_string(),
            room: message.room.to_string(),
            author: self.directory.person_at(message.author, message.node),
            mine,
            text: message.text.clone(),
            photo: message.photo.as_ref().map(|photo| photo::render(self.app, photo)),
            reply_to: quote.map(|quote| Quote {
                id: quote.id.to_string(),
                author: self.directory.person(quote.author).name,
                text: quote.text,
            }),
            at_ms,
            written_ms: message.written_ms,
            time_doubtful: self.snapshot.time_is_doubtful(&message.at.origin)?,
            withdrawn: message.withdrawn,
            can_withdraw_until_ms: can_withdraw.then_some(until),
            delivery: self.delivery(message)?,
            read_count: count(self.snapshot.readers(message)?.len()),
            reader_total: count(self.room.members.len()).saturating_sub(1),
            cursor: message.arrival,
        })
    }

    fn room(&self) -> Result<Room, AppError> {
        let own = self.snapshot.who.node;
        let (newest, _) = self.snapshot.messages_before(self.room.id, None, 1)?;
        let last = match newest.first() {
            Some(message) => Some(LastMessage {
                text: message.text.clone(),
                author: self.directory.person(message.author).name,
                at_ms: self.snapshot.unix(message.ctime),
                photo: message.photo.is_some(),
                mine: message.author == self.me,
                read_count: count(self.snapshot.readers(message)?.len()),
                withdrawn: message.withdrawn,
            }),
            None => None,
        };
        let shelters = self.room.nodes.iter().filter(|node| {
            self.directory.node(**node).is_some_and(|one| one.role == NodeRole::Shelter)
        });
        let of_one_shelter = shelters.count() == 1;
        Ok(Room {
            id: self.room.id.to_string(),
            name: self.room.name.clone(),
            all: self.room.everybody,
            local: self.room.nodes.iter().all(|node| *node == own),
            members: self.room.members.iter().map(|one| self.directory.person(*one)).collect(),
            unread: self.snapshot.unread(self.room.id, self.me)?.0,
            pinned: !self.app.is_headquarters() && of_one_shelter && self.room.nodes.contains(&own),
            place_role: if of_one_shelter { "shelter" } else { "publisher" }.to_owned(),
            last,
        })
    }
}

fn room_of(snapshot: &Snapshot<'_>, id: StreamId, actor: &Actor) -> Result<StoredRoom, AppError> {
    // A room one isn't in looks like no room at all.
    snapshot
        .room(id)?
        .filter(|room| room.members.contains(&actor.account))
        .ok_or(AppError::NotFound)
}

fn room_id(text: &str) -> Result<StreamId, AppError> {
    StreamId::parse(text).map_err(|_malformed| AppError::NotFound)
}

/// My rooms, newest first; the own shelter's room with headquarters on top.
///
/// # Errors
/// Right, or the store's.
pub async fn rooms(app: &App, actor: &Actor) -> Result<Rooms, AppError> {
    app.check(actor, Action::Talk)?;
    let (inner, me) = (app.clone(), actor.account);
    app.store()
        .read(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let mut rooms = Vec::new();
            for room in snapshot.rooms(Some(me))? {
                let view = View { snapshot, app: &inner, directory: &directory, room: &room, me };
                rooms.push(view.room()?);
            }
            rooms.sort_by_key(|room| {
                let at = room.last.as_ref().map_or(0, |last| last.at_ms);
                (!room.pinned, std::cmp::Reverse(at))
            });
            Ok(Rooms { rooms })
        })
        .await
}

/// Opens a room; the nodes of its members take part.
///
/// # Errors
/// Right, limits, or the store's.
pub async fn open_room(app: &App, actor: &Actor, new: NewRoom) -> Result<Room, AppError> {
    app.check(actor, Action::OpenRoom)?;
    let client_id = people::client_id(&new.client_id)?;
    let name = text::required(&new.name, text::NAME_CHARS_MAX)?;
    if new.members.is_empty() || new.members.len() > MEMBERS_MAX {
        return Err(AppError::BadRequest("members"));
    }
    let (inner, actor, creation) = (app.clone(), actor.clone(), random::<16>()?);
    let me = actor.account;
    let (committed, ()) = app
        .store()
        .act(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let mut members = vec![me];
            members.extend(new.members.iter().copied().map(AccountNo));
            members.sort_unstable();
            members.dedup();
            let members = (members, new.all);
            let open = opening(&directory, (client_id, creation), name, members)?;
            let request =
                minicbor::to_vec((&open.name, &open.members, open.everybody)).unwrap_or_default();
            let draft = Draft::new(
                Stream::room(creation),
                Kind::RoomOpen,
                author(&actor),
                client_id,
                &open,
            );
            Ok::<_, AppError>((vec![draft.with_request(&request)], ()))
        })
        .await?;
    let at = committed.first().map(|one| one.at).ok_or(AppError::NotFound)?;
    app.store()
        .read(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let room = snapshot.room(at.stream)?.ok_or(AppError::NotFound)?;
            View { snapshot, app: &inner, directory: &directory, room: &room, me }.room()
        })
        .await
}

/// The payload of a room's first event: all nodes where a member may log in take part.
pub(crate) fn opening(
    directory: &Directory,
    (client_id, creation): (crate::domain::ids::ClientId, [u8; 16]),
    name: String,
    (members, everybody): (Vec<AccountNo>, bool),
) -> Result<RoomOpen, AppError> {
    let mut nodes: Vec<NodeId> = Vec::new();
    for member in &members {
        let account = directory.account(*member).ok_or(AppError::BadRequest("members"))?;
        if account.role == Role::Admin {
            return Err(AppError::BadRequest("members"));
        }
        nodes.extend(&account.nodes);
    }
    nodes.sort_unstable();
    nodes.dedup();
    Ok(RoomOpen { client_id, creation, name, nodes, members, everybody })
}

/// A page of a room.
///
/// # Errors
/// Right, or the store's.
pub async fn messages(
    app: &App,
    actor: &Actor,
    room: &str,
    query: MessageQuery,
) -> Result<MessagePage, AppError> {
    app.check(actor, Action::Talk)?;
    let (id, inner, actor) = (room_id(room)?, app.clone(), actor.clone());
    let limit = query.limit.unwrap_or(50).clamp(1, PAGE_MAX);
    let before = query.before.as_deref().map(people::event_id).transpose()?;
    app.store()
        .read(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let room = room_of(snapshot, id, &actor)?;
            let view = View {
                snapshot,
                app: &inner,
                directory: &directory,
                room: &room,
                me: actor.account,
            };
            let (stored, more_before) = match query.after {
                Some(after) => (snapshot.messages_after(id, after, limit)?, false),
                None => snapshot.messages_before(id, before, limit)?,
            };
            let messages: Vec<Message> =
                stored.iter().map(|message| view.message(message)).collect::<Result<_, _>>()?;
            let (_, first_unread) = snapshot.unread(id, actor.account)?;
            let cursor = match query.after {
                Some(after) => messages.last().map_or(after, |message| message.cursor),
                None => snapshot.cursor()?,
            };
            Ok(MessagePage {
                room: view.room()?,
                messages,
                cursor,
                more_before,
                first_unread: first_unread.map(|id| id.to_string()),
                lines: lines(snapshot, &view.others())?,
            })
        })
        .await
}

fn lines(
    snapshot: &Snapshot<'_>,
    others: &[(NodeId, NodeRole)],
) -> Result<Vec<LineNote>, AppError> {
    // Several lines have no one story to tell.
    let [(peer, _)] = others else { return Ok(Vec::new()) };
    let notes = snapshot.line_notes(*peer, 20)?;
    Ok(notes
        .into_iter()
        .skip_while(|note| note.is_up)
        .map(|note| LineNote {
            at_ms: note.at_ms,
            kind: if note.is_up { "back" } else { "cut" }.to_owned(),
            arrived: note.arrived,
        })
        .collect())
}

/// Writes a message. The second value: it is new, not a retry.
///
/// # Errors
/// Right, limits, or the store's.
pub async fn post(
    app: &App,
    actor: &Actor,
    room: &str,
    new: NewMessage,
) -> Result<(Message, bool), AppError> {
    app.check(actor, Action::Talk)?;
    let id = room_id(room)?;
    let client_id = people::client_id(&new.client_id)?;
    let body = text::optional(&new.text, text::TEXT_CHARS_MAX)?;
    let photo = match &new.photo {
        Some(hash) => Some(BlobHash::parse(hash).map_err(|_malformed| AppError::UnknownPhoto)?),
        None if body.is_empty() => return Err(AppError::TextEmpty),
        None => None,
    };
    let reply = new.reply_to.as_deref().map(people::event_id).transpose()?;
    let request = minicbor::to_vec((&body, photo, reply)).unwrap_or_default();
    let (written, asker) = (new.written_ms, actor.clone());
    let (committed, ()) = app
        .store()
        .act(move |snapshot| {
            room_of(snapshot, id, &asker)?;
            let stream = snapshot
                .stream(&id)?
                .filter(|stream| stream.class == Class::Room)
                .ok_or(AppError::NotFound)?;
            let photo = match photo {
                Some(hash) => Some(photo::uploaded(snapshot, hash)?),
                None => None,
            };
            let post = MessagePost {
                client_id,
                text: body,
                photo,
                written_ms: people::waited(written, snapshot.now_ms),
            };
            let draft = Draft::new(stream, Kind::MessagePost, author(&asker), client_id, &post)
                .with_request(&request);
            let parent = match reply {
                Some(parent) => snapshot.message(parent)?.filter(|one| one.room == id),
                None => None,
            };
            let draft = match parent {
                Some(parent) => draft.with_parent(parent.at),
                None => draft,
            };
            Ok::<_, AppError>((vec![draft], ()))
        })
        .await?;
    let committed = committed.first().copied().ok_or(AppError::NotFound)?;
    Ok((one(app, actor, committed.id).await?, committed.is_new))
}

/// One message as the actor sees it.
pub(crate) async fn one(app: &App, actor: &Actor, id: EventId) -> Result<Message, AppError> {
    let (inner, actor) = (app.clone(), actor.clone());
    app.store()
        .read(move |snapshot| {
            let message = snapshot.message(id)?.ok_or(AppError::NotFound)?;
            let room = room_of(snapshot, message.room, &actor)?;
            let directory = Directory::read(snapshot)?;
            View { snapshot, app: &inner, directory: &directory, room: &room, me: actor.account }
                .message(&message)
        })
        .await
}

/// Messages that arrived after a cursor, in rooms of the actor; and the new cursor.
pub(crate) fn arrived(
    snapshot: &Snapshot<'_>,
    app: &App,
    me: AccountNo,
    after: i64,
) -> Result<Vec<Message>, AppError> {
    let stored = snapshot.messages_arrived(after, 50)?;
    if stored.is_empty() {
        return Ok(Vec::new());
    }
    let directory = Directory::read(snapshot)?;
    let mut messages = Vec::new();
    for message in &stored {
        let Some(room) = snapshot.room(message.room)? else { continue };
        if room.members.contains(&me) {
            let view = View { snapshot, app, directory: &directory, room: &room, me };
            messages.push(view.message(message)?);
        }
    }
    Ok(messages)
}

/// Marks what was shown as read.
///
/// # Errors
/// Right, or the store's.
pub async fn read(app: &App, actor: &Actor, room: &str, upto: ReadUpto) -> Result<(), AppError> {
    app.check(actor, Action::Talk)?;
    let (id, actor) = (room_id(room)?, actor.clone());
    let client_id = people::client_id(&upto.client_id)?;
    app.store()
        .act(move |snapshot| {
            room_of(snapshot, id, &actor)?;
            let marks = snapshot.marks_upto(id, actor.account, upto.upto)?;
            if marks.is_empty() {
                return Ok((Vec::new(), ()));
            }
            let mark = ReadMark { client_id, upto: marks };
            let request = upto.upto.to_be_bytes();
            let draft =
                Draft::new(Stream::mark(id), Kind::ReadMark, author(&actor), client_id, &mark);
            Ok::<_, AppError>((vec![draft.with_request(&request)], ()))
        })
        .await?;
    Ok(())
}

/// Takes one's own message back.
///
/// # Errors
/// Right, too late, or the store's.
pub async fn withdraw(
    app: &App,
    actor: &Actor,
    id: &str,
    withdraw: Withdraw,
) -> Result<Message, AppError> {
    app.check(actor, Action::Talk)?;
    let (id, asker) = (people::event_id(id)?, actor.clone());
    let client_id = people::client_id(&withdraw.client_id)?;
    app.store()
        .act(move |snapshot| {
            let message = snapshot.message(id)?.ok_or(AppError::NotFound)?;
            room_of(snapshot, message.room, &asker)?;
            if message.author != asker.account {
                return Err(AppError::NotAllowed);
            }
            let age = snapshot.now_ms.saturating_sub(snapshot.unix(message.ctime));
            if age > WITHDRAW_WITHIN_MS && !message.withdrawn {
                return Err(AppError::WithdrawTooLate);
            }
            let stream = snapshot.stream(&message.room)?.ok_or(AppError::NotFound)?;
            let delete = MessageDelete { client_id };
            let draft = Draft::new(stream, Kind::MessageDelete, author(&asker), client_id, &delete);
            Ok((vec![draft.with_parent(message.at)], ()))
        })
        .await?;
    one(app, actor, id).await
}

/// How far a message got, and who has read it.
///
/// # Errors
/// Right, or the store's.
pub async fn delivery(app: &App, actor: &Actor, id: &str) -> Result<DeliveryDetail, AppError> {
    app.check(actor, Action::Talk)?;
    let (id, inner, actor) = (people::event_id(id)?, app.clone(), actor.clone());
    app.store()
        .read(move |snapshot| {
            let message = snapshot.message(id)?.ok_or(AppError::NotFound)?;
            let room = room_of(snapshot, message.room, &actor)?;
            let directory = Directory::read(snapshot)?;
            let me = actor.account;
            let view = View { snapshot, app: &inner, directory: &directory, room: &room, me };
            let links = inner.peer_links();
            let mut nodes = Vec::new();
            for (node, role) in view.others() {
                let link = links.iter().find(|link| link.node == node);
                nodes.push(NodeDelivery {
                    name: directory.node_name(node),
                    role: role.word().to_owned(),
                    reached: snapshot.reached(node, &message.at)?,
                    reached_ms: snapshot.reached_ms(node, &message.at)?,
                    link: link::render(link),
                });
            }
            let readers = snapshot.readers(&message)?;
            let unread = room
                .members
                .iter()
                .filter(|member| **member != message.author)
                .filter(|member| !readers.iter().any(|(reader, _)| reader == *member));
            let mut not_read = Vec::new();
            for member in unread {
                let delivered = is_delivered(snapshot, &directory, *member, &message)?;
                not_read.push(NotRead { person: directory.person(*member), delivered });
            }
            Ok(DeliveryDetail {
                text: message.text.clone(),
                photo: message.photo.is_some(),
                written_ms: message.written_ms,
                stored_ms: snapshot.unix(message.ctime),
                stored_at: directory.node_name(message.node),
                nodes,
                readers: readers
                    .into_iter()
                    .map(|(account, at)| Reader {
                        person: directory.person(account),
                        at_ms: snapshot.unix(at),
                    })
                    .collect(),
                unread: not_read,
            })
        })
        .await
}

/// Does the message lie on a node where the account may log in, as far as known here?
fn is_delivered(
    snapshot: &Snapshot<'_>,
    directory: &Directory,
    account: AccountNo,
    message: &Stored,
) -> Result<bool, AppError> {
    let Some(account) = directory.account(account) else { return Ok(false) };
    for node in &account.nodes {
        if snapshot.reached(*node, &message.at)? {
            return Ok(true);
        }
    }
    Ok(false)
}
