//! Streams: named sets of events with one reading right, one writing right and one priority.
//!
//! Stream id = first 16 bytes of derive("noroshi 1 stream", org ‖ class u8 ‖ creation bytes).
//! Fixed streams use their name or node as creation bytes; rooms draw 16 random bytes.

use crate::domain::event::chain::derive;
use crate::domain::ids::NodeId;
use crate::domain::ids::OrgId;
use crate::domain::ids::StreamId;

/// What a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Certificates, accounts, shelters, settings: read by all, written by headquarters.
    Org,
    /// Login verifiers and telephone numbers for one node.
    Cred,
    /// Lives and clocks of nodes: read by all, written by each.
    Nodes,
    /// Bulletins and safety checks (`all`), or the state of one node's reports.
    Notice,
    /// 既読, 了解 and safety answers given at one node: read by headquarters.
    Answer,
    /// Messages and membership of one room.
    Room,
    /// 既読 of one room.
    Mark,
    /// Field reports of one node: read by headquarters.
    Report,
    /// Headquarters' own marks of calls.
    Desk,
    /// A class of a newer program: stored if it is sent, never offered.
    Unknown(u8),
}

impl Class {
    /// Number in the stream id and on disk.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Org => 1,
            Self::Cred => 2,
            Self::Nodes => 3,
            Self::Notice => 4,
            Self::Answer => 5,
            Self::Room => 6,
            Self::Mark => 7,
            Self::Report => 8,
            Self::Desk => 9,
            Self::Unknown(number) => number,
        }
    }

    /// Reads the number.
    #[must_use]
    pub fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Org,
            2 => Self::Cred,
            3 => Self::Nodes,
            4 => Self::Notice,
            5 => Self::Answer,
            6 => Self::Room,
            7 => Self::Mark,
            8 => Self::Report,
            9 => Self::Desk,
            other => Self::Unknown(other),
        }
    }

    /// Order on a thin link, smallest first: lives and certificates before what they prove, then
    /// instructions and answers, then talk and reports, then marks.
    #[must_use]
    pub fn lane(self) -> u8 {
        match self {
            Self::Nodes => 0,
            Self::Org => 1,
            Self::Notice | Self::Answer | Self::Cred => 2,
            Self::Room | Self::Report | Self::Desk | Self::Unknown(_) => 3,
            Self::Mark => 4,
        }
    }
}

/// A stream with everything that its id is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stream {
    /// What it holds.
    pub class: Class,
    /// Name, node id or random bytes; at most 32.
    pub creation: Vec<u8>,
}

/// Creation bytes of the audience of everybody, and of headquarters' own credentials.
const ALL: &[u8] = b"all";
const HEADQUARTERS: &[u8] = b"hq";

impl Stream {
    /// `org`.
    #[must_use]
    pub fn org() -> Self {
        Self { class: Class::Org, creation: Vec::new() }
    }

    /// `nodes`.
    #[must_use]
    pub fn nodes() -> Self {
        Self { class: Class::Nodes, creation: Vec::new() }
    }

    /// `desk`.
    #[must_use]
    pub fn desk() -> Self {
        Self { class: Class::Desk, creation: Vec::new() }
    }

    /// `notice/all`.
    #[must_use]
    pub fn notice_all() -> Self {
        Self { class: Class::Notice, creation: ALL.to_vec() }
    }

    /// `cred/hq`.
    #[must_use]
    pub fn cred_headquarters() -> Self {
        Self { class: Class::Cred, creation: HEADQUARTERS.to_vec() }
    }

    /// `cred/<node>`, `notice/<node>`, `answer/<node>`, `report/<node>`.
    #[must_use]
    pub fn of_node(class: Class, node: NodeId) -> Self {
        Self { class, creation: node.0.to_vec() }
    }

    /// `room/<id>`.
    #[must_use]
    pub fn room(creation: [u8; 16]) -> Self {
        Self { class: Class::Room, creation: creation.to_vec() }
    }

    /// `mark/<id>` of a room.
    #[must_use]
    pub fn mark(room: StreamId) -> Self {
        Self { class: Class::Mark, creation: room.0.to_vec() }
    }

    /// The stream's id within an organisation.
    #[must_use]
    pub fn id(&self, org: &OrgId) -> StreamId {
        let hash = derive("noroshi 1 stream", &[&org.0, &[self.class.number()], &self.creation]);
        let mut id = [0; 16];
        for (to, from) in id.iter_mut().zip(hash) {
            *to = from;
        }
        StreamId(id)
    }

    /// The node that the stream belongs to, for the classes that have one.
    #[must_use]
    pub fn owner(&self) -> Option<NodeId> {
        match self.class {
            Class::Cred | Class::Notice | Class::Answer | Class::Report => {
                NodeId::from_slice(&self.creation)
            }
            Class::Org
            | Class::Nodes
            | Class::Room
            | Class::Mark
            | Class::Desk
            | Class::Unknown(_) => None,
        }
    }

    /// The room whose marks these are.
    #[must_use]
    pub fn marked_room(&self) -> Option<StreamId> {
        (self.class == Class::Mark).then(|| StreamId::from_slice(&self.creation)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_by_class_creation_and_organisation() {
        let (org, other) = (OrgId([1; 16]), OrgId([2; 16]));
        let node = NodeId([3; 8]);
        let ids = [
            Stream::org().id(&org),
            Stream::org().id(&other),
            Stream::nodes().id(&org),
            Stream::of_node(Class::Answer, node).id(&org),
            Stream::of_node(Class::Report, node).id(&org),
        ];
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[..index].contains(id), "stream {index} has another's id");
        }
    }
}
