//! The only answer to "may X do Y in Z", for people and for nodes.
//!
//! What an account may do is checked once, by the node that accepts the act. Replicas check what the *node*
//! may write, and trust a certified node for its own people.

use crate::domain::event::kind::Kind;
use crate::domain::event::kind::Writer;
use crate::domain::ids::AccountNo;
use crate::domain::ids::NodeId;
use crate::domain::org::NodeRole;
use crate::domain::org::Role;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;

/// Who does something, where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub account: AccountNo,
    /// What it may do.
    pub role: Role,
    /// The node it is logged in at.
    pub node: NodeId,
    /// What that node is for.
    pub node_role: NodeRole,
}

/// What somebody wants to do. Whether a certain room or report is theirs is asked with [`Scope`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Look at one's own session, home, link.
    Look,
    /// Read and write in rooms (membership is asked apart).
    Talk,
    /// Open a room.
    OpenRoom,
    /// Read bulletins.
    ReadBulletins,
    /// 了解 and 既読.
    Acknowledge,
    /// Issue, correct, withdraw.
    PublishBulletin,
    /// Who has acknowledged and who hasn't; told by telephone.
    SeeBulletinStatus,
    /// Start, prolong, end a safety check.
    LeadSafety,
    /// Answer for oneself.
    AnswerSafety,
    /// Who answered what; telephone numbers.
    SeeSafetyPeople,
    /// Record calls.
    MarkCalls,
    /// Send photos.
    SendPhotos,
    /// Send a report.
    SendReport,
    /// Read reports.
    ReadReports,
    /// Mark reports seen, set places, ask for originals.
    HandleReports,
    /// Read the shelter list.
    ReadShelters,
    /// Import a shelter list.
    ImportShelters,
    /// The state of all nodes.
    SeeNodes,
    /// Enrol nodes.
    InviteNodes,
    /// Accounts, credentials, devices.
    Administer,
    /// Numbers about the program.
    SeeMetrics,
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// Only what belongs to the actor's own shelter.
    OwnShelter,
}

/// May this role do that at this kind of node, and how far? `None`: no.
#[must_use]
pub fn may(role: Role, node_role: NodeRole, action: Action) -> Option<Scope> {
    let at_headquarters = node_role == NodeRole::Headquarters;
    match (action, role) {
        (Action::Look | Action::ReadBulletins | Action::ReadShelters, _)
        | (
            Action::Talk | Action::Acknowledge | Action::AnswerSafety,
            Role::Publisher | Role::Shelter | Role::Field,
        ) => Some(Scope::All),
        (
            Action::SendPhotos | Action::SendReport | Action::ReadReports,
            Role::Shelter | Role::Field,
        )
        | (Action::SeeBulletinStatus | Action::SeeSafetyPeople, Role::Shelter) => {
            Some(Scope::OwnShelter)
        }
        (
            Action::OpenRoom
            | Action::PublishBulletin
            | Action::SeeBulletinStatus
            | Action::LeadSafety
            | Action::SeeSafetyPeople
            | Action::MarkCalls
            | Action::ReadReports
            | Action::HandleReports
            | Action::SendPhotos
            | Action::SendReport
            | Action::SeeNodes
            | Action::ImportShelters,
            Role::Publisher,
        )
        | (
            Action::SeeNodes
            | Action::ImportShelters
            | Action::InviteNodes
            | Action::Administer
            | Action::SeeMetrics,
            Role::Admin,
        ) if at_headquarters => Some(Scope::All),
        (
            Action::Talk
            | Action::OpenRoom
            | Action::Acknowledge
            | Action::PublishBulletin
            | Action::SeeBulletinStatus
            | Action::LeadSafety
            | Action::AnswerSafety
            | Action::SeeSafetyPeople
            | Action::MarkCalls
            | Action::SendPhotos
            | Action::SendReport
            | Action::ReadReports
            | Action::HandleReports
            | Action::ImportShelters
            | Action::SeeNodes
            | Action::InviteNodes
            | Action::Administer
            | Action::SeeMetrics,
            _,
        ) => None,
    }
}

/// May a node of this role write this kind into this stream? Participation in rooms is `in_room`.
#[must_use]
pub fn node_may_write(
    (node, role): (NodeId, NodeRole),
    kind: Kind,
    stream: &Stream,
    in_room: bool,
) -> bool {
    let Some((class, writer)) = kind.place() else {
        // A newer program's kind: the stream's own rule decides.
        return class_writer(stream, node, role, in_room);
    };
    class == stream.class
        && match writer {
            Writer::Headquarters => role == NodeRole::Headquarters,
            Writer::Participant => class_writer(stream, node, role, in_room),
        }
}

fn class_writer(stream: &Stream, node: NodeId, role: NodeRole, in_room: bool) -> bool {
    let is_headquarters = role == NodeRole::Headquarters;
    match stream.class {
        Class::Org | Class::Cred | Class::Notice | Class::Desk => is_headquarters,
        Class::Nodes => true,
        Class::Answer | Class::Report => stream.owner() == Some(node),
        Class::Room | Class::Mark => is_headquarters || in_room,
        Class::Unknown(_) => false,
    }
}

/// May this node read this stream? Participation in rooms is `in_room`.
#[must_use]
pub fn node_may_read(node: NodeId, role: NodeRole, stream: &Stream, in_room: bool) -> bool {
    if role == NodeRole::Headquarters {
        return !matches!(stream.class, Class::Unknown(_));
    }
    match stream.class {
        Class::Org | Class::Nodes => true,
        Class::Notice => *stream == Stream::notice_all() || stream.owner() == Some(node),
        Class::Cred | Class::Answer | Class::Report => stream.owner() == Some(node),
        Class::Room | Class::Mark => in_room,
        Class::Desk | Class::Unknown(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HQ: NodeRole = NodeRole::Headquarters;
    const SHELTER: NodeRole = NodeRole::Shelter;

    #[test]
    fn who_may_do_what() {
        let table = [
            ("a shelter never publishes", Role::Shelter, SHELTER, Action::PublishBulletin, None),
            (
                "nor a publisher at a shelter",
                Role::Publisher,
                SHELTER,
                Action::PublishBulletin,
                None,
            ),
            ("headquarters does", Role::Publisher, HQ, Action::PublishBulletin, Some(Scope::All)),
            ("an administrator has no talk", Role::Admin, HQ, Action::Talk, None),
            ("nor is asked", Role::Admin, HQ, Action::AnswerSafety, None),
            (
                "staff see their own people",
                Role::Shelter,
                SHELTER,
                Action::SeeSafetyPeople,
                Some(Scope::OwnShelter),
            ),
            ("the field doesn't", Role::Field, SHELTER, Action::SeeSafetyPeople, None),
            ("accounts are the administrator's", Role::Publisher, HQ, Action::Administer, None),
        ];
        for (name, role, node, action, want) in table {
            assert_eq!(may(role, node, action), want, "{name}");
        }
    }

    #[test]
    fn a_stolen_shelter_box_can_pose_as_nobody_else() {
        let (me, other) = (NodeId([1; 8]), NodeId([2; 8]));
        let writes = |kind, stream: &Stream| node_may_write((me, SHELTER), kind, stream, false);
        assert!(writes(Kind::BulletinAck, &Stream::of_node(Class::Answer, me)));
        assert!(!writes(Kind::BulletinAck, &Stream::of_node(Class::Answer, other)));
        assert!(!writes(Kind::BulletinPost, &Stream::notice_all()));
        assert!(!writes(Kind::AccountPut, &Stream::org()));
        assert!(!writes(Kind::CertIssue, &Stream::nodes()), "a kind in a foreign stream");
        assert!(!writes(Kind::MessagePost, &Stream::room([3; 16])), "a room it is not in");
        assert!(!writes(Kind::Unknown(900), &Stream::notice_all()));
        let reads = |stream: &Stream| node_may_read(me, SHELTER, stream, false);
        assert!(reads(&Stream::notice_all()) && reads(&Stream::of_node(Class::Cred, me)));
        assert!(!reads(&Stream::cred_headquarters()) && !reads(&Stream::desk()));
        assert!(!reads(&Stream::of_node(Class::Answer, other)) && !reads(&Stream::room([3; 16])));
    }
}
