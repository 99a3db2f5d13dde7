//! The kinds of events: one enum, one table; numbers that nobody here knows survive as [`Kind::Unknown`].
//!
//! Numbers are for ever. Below 24 they take one byte, so the frequent ones stand there.

use crate::domain::stream::Class;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $class:ident, $writer:ident;)*) => {
        /// What an event means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
            /// A kind of a newer program: stored, chained, forwarded, not understood.
            Unknown(u16),
        }

        impl Kind {
            /// Reads the number.
            #[must_use]
            pub fn from_number(number: u16) -> Self {
                match number {
                    $($number => Self::$name,)*
                    other => Self::Unknown(other),
                }
            }

            /// Number in the header.
            #[must_use]
            pub fn number(self) -> u16 {
                match self {
                    $(Self::$name => $number,)*
                    Self::Unknown(number) => number,
                }
            }

            /// The class of streams it belongs into, and who may write it there; unknown: nobody says.
            #[must_use]
            pub fn place(self) -> Option<(Class, Writer)> {
                match self {
                    $(Self::$name => Some((Class::$class, Writer::$writer)),)*
                    Self::Unknown(_) => None,
                }
            }

            /// All kinds that this program knows.
            pub const KNOWN: &'static [Kind] = &[$(Self::$name,)*];
        }
    };
}

/// Which nodes may write a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// Headquarters' nodes only.
    Headquarters,
    /// Any certified node that takes part in the stream.
    Participant,
}

kinds! {
    /// A process life begins.
    OriginOpen = 1, Nodes, Participant;
    /// A former life's final heads.
    OriginClose = 2, Nodes, Participant;
    /// How wrong the origin's clock was.
    ClockNote = 3, Nodes, Participant;
    /// A node's certificate.
    CertIssue = 4, Org, Headquarters;
    /// A certificate taken back.
    CertRevoke = 5, Org, Headquarters;
    /// A message in a room.
    MessagePost = 6, Room, Participant;
    /// Another wording of one's own message.
    MessageEdit = 7, Room, Participant;
    /// A message taken back by its author.
    MessageDelete = 8, Room, Participant;
    /// 既読 of a room, per origin.
    ReadMark = 9, Mark, Participant;
    /// 既読 of a bulletin or safety check.
    NoticeRead = 10, Answer, Participant;
    /// 了解, also undone.
    BulletinAck = 11, Answer, Participant;
    /// Answer to a safety check 安否確認.
    SafetyAnswer = 12, Answer, Participant;
    /// A photo report.
    ReportPost = 13, Report, Participant;
    /// A bulletin 知らせ.
    BulletinPost = 14, Notice, Headquarters;
    /// A corrected bulletin 訂正; its parent is the one it replaces.
    BulletinSupersede = 15, Notice, Headquarters;
    /// A bulletin taken back 取消.
    BulletinWithdraw = 16, Notice, Headquarters;
    /// A safety check begins.
    SafetyOpen = 17, Notice, Headquarters;
    /// Deadline moved, or closed.
    SafetyChange = 18, Notice, Headquarters;
    /// Headquarters has seen a report, sets its place or asks for originals.
    ReportStatus = 19, Notice, Headquarters;
    /// Mark of a telephone call of the call list 電話連絡リスト.
    SafetyCall = 20, Desk, Headquarters;
    /// A room begins.
    RoomOpen = 21, Room, Participant;
    /// A node may take part in a room.
    RoomGrant = 22, Room, Participant;
    /// An account joins or leaves a room.
    RoomMember = 23, Room, Participant;
    /// A setting of the organisation.
    OrgSetting = 32, Org, Headquarters;
    /// An account as it is.
    AccountPut = 33, Org, Headquarters;
    /// An account that may no longer log in.
    AccountDisable = 34, Org, Headquarters;
    /// Login verifier of an account, for one node.
    AccountCredential = 35, Cred, Headquarters;
    /// Telephone number of an account, for one node.
    AccountContact = 36, Cred, Headquarters;
    /// A place of the shelter list.
    SitePut = 37, Org, Headquarters;
    /// A place taken off the shelter list.
    SiteRemove = 38, Org, Headquarters;
    /// Site and name of a node.
    NodePlace = 39, Org, Headquarters;
    /// Somebody was told a bulletin by telephone.
    BulletinPhoned = 40, Desk, Headquarters;
    /// What a local device said.
    DeviceSaid = 41, Report, Participant;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_unknown_ones_survive() {
        for kind in Kind::KNOWN {
            assert_eq!(Kind::from_number(kind.number()), *kind);
        }
        assert_eq!(Kind::from_number(999).number(), 999);
    }

    #[test]
    fn instructions_come_from_headquarters_only() {
        for kind in [Kind::BulletinPost, Kind::SafetyOpen, Kind::AccountPut, Kind::CertIssue] {
            assert_eq!(kind.place().map(|place| place.1), Some(Writer::Headquarters), "{kind:?}");
        }
    }
}
