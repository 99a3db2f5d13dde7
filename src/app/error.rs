//! The one catalogue of refusals: code → status → sentences in Japanese and English.
//!
//! A sentence says what happened, what is safe, and what to do; clients match the code, never the text.

use crate::domain::text::BadText;
use crate::store::error::StoreError;

/// Language of sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 日本語.
    Ja,
    /// English.
    En,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// ID or password is wrong.
    #[error("login failed")]
    LoginFailed,
    /// Too many wrong tries.
    #[error("login locked for {minutes} min")]
    LoginLocked {
        /// How long to wait.
        minutes: u64,
    },
    /// Administration and headquarters' screens do not open over plain http from another machine.
    #[error("https required")]
    HttpsRequired,
    /// No session, or it has ended.
    #[error("session ended")]
    SessionEnded,
    /// The role may not do that here.
    #[error("not allowed")]
    NotAllowed,
    /// A cross-site write.
    #[error("origin refused")]
    OriginRefused,
    /// Nothing there, or nothing that this account may see.
    #[error("not found")]
    NotFound,
    /// The request is not understood.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// The text is empty.
    #[error("text empty")]
    TextEmpty,
    /// The text is too long.
    #[error("text too long: {chars} > {max}")]
    TextTooLong {
        /// What it has.
        chars: usize,
        /// What it may have.
        max: usize,
    },
    /// The same client id with another content.
    #[error("client id reused")]
    ClientIdReused,
    /// The ten minutes are over.
    #[error("withdraw too late")]
    WithdrawTooLate,
    /// The bulletin has a newer correction, or was withdrawn.
    #[error("bulletin superseded")]
    BulletinSuperseded,
    /// A report has at most ten photos.
    #[error("too many photos")]
    TooManyPhotos,
    /// A photo was not uploaded here.
    #[error("unknown photo")]
    UnknownPhoto,
    /// The blob is named but not here.
    #[error("not here: {percent} %")]
    NotHere {
        /// How much of it has arrived.
        percent: u8,
    },
    /// The photo was refused.
    #[error("photo refused: {code}")]
    Photo {
        /// Stable code.
        code: &'static str,
        /// Its size in bytes.
        bytes: usize,
    },
    /// The file is no shelter list.
    #[error("not a shelter list")]
    ImportRefused {
        /// Why, in Japanese.
        ja: String,
        /// Why, in English.
        en: String,
    },
    /// An ID that is already used.
    #[error("login taken")]
    LoginTaken,
    /// The invitation is unknown, used or expired.
    #[error("ticket refused")]
    TicketRefused,
    /// Too little space for photos.
    #[error("disk nearly full")]
    DiskNearlyFull,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BadText> for AppError {
    fn from(bad: BadText) -> Self {
        match bad {
            BadText::Empty => Self::TextEmpty,
            BadText::TooLong { chars, max } => Self::TextTooLong { chars, max },
            BadText::Control => Self::BadRequest("control_character"),
        }
    }
}

impl AppError {
    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::LoginFailed | Self::SessionEnded => 401,
            Self::LoginLocked { .. } => 429,
            Self::NotAllowed | Self::OriginRefused | Self::HttpsRequired | Self::TicketRefused => {
                403
            }
            Self::NotFound | Self::NotHere { .. } => 404,
            Self::BadRequest(_) | Self::TextEmpty | Self::TextTooLong { .. } => 400,
            Self::TooManyPhotos | Self::UnknownPhoto | Self::ImportRefused { .. } => 422,
            Self::ClientIdReused
            | Self::WithdrawTooLate
            | Self::BulletinSuperseded
            | Self::LoginTaken => 409,
            Self::Photo { code, .. } => {
                if *code == "photo_too_big" {
                    413
                } else {
                    415
                }
            }
            Self::DiskNearlyFull => 507,
            Self::Store(error) => match error {
                StoreError::DiskFull { .. } => 507,
                StoreError::ClientIdReused => 409,
                StoreError::TooLarge(_) => 413,
                StoreError::Busy | StoreError::Stopped => 503,
                StoreError::Sqlite(_)
                | StoreError::Io { .. }
                | StoreError::Locked(_)
                | StoreError::TooNew { .. }
                | StoreError::Foreign(_)
                | StoreError::Corrupt(_) => 500,
            },
        }
    }

    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::LoginFailed => "login_failed",
            Self::LoginLocked { .. } => "login_locked",
            Self::HttpsRequired => "https_required",
            Self::SessionEnded => "session_ended",
            Self::NotAllowed => "not_allowed",
            Self::OriginRefused => "origin_refused",
            Self::NotFound => "not_found",
            Self::BadRequest(_) => "bad_request",
            Self::TextEmpty => "text_empty",
            Self::TextTooLong { .. } => "text_too_long",
            Self::ClientIdReused => "client_id_reused",
            Self::WithdrawTooLate => "withdraw_too_late",
            Self::BulletinSuperseded => "bulletin_superseded",
            Self::TooManyPhotos => "too_many_photos",
            Self::UnknownPhoto => "unknown_file",
            Self::NotHere { .. } => "not_here",
            Self::Photo { code, .. } => code,
            Self::ImportRefused { .. } => "import_refused",
            Self::LoginTaken => "login_taken",
            Self::TicketRefused => "ticket_refused",
            Self::DiskNearlyFull => "disk_nearly_full",
            Self::Store(error) => match error {
                StoreError::DiskFull { .. } => "disk_full",
                StoreError::ClientIdReused => "client_id_reused",
                StoreError::TooLarge(_) => "text_too_long",
                StoreError::Busy | StoreError::Stopped => "busy",
                StoreError::Sqlite(_)
                | StoreError::Io { .. }
                | StoreError::Locked(_)
                | StoreError::TooNew { .. }
                | StoreError::Foreign(_)
                | StoreError::Corrupt(_) => "unexpected",
            },
        }
    }

    /// When a retry may help, in seconds.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u64> {
        match (self, self.status()) {
            (Self::LoginLocked { minutes }, _) => Some(minutes.saturating_mul(60)),
            (_, 503) => Some(2),
            (_, 507) => Some(60),
            _ => None,
        }
    }

    /// The sentence for people.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Ja => self.japanese(),
            Language::En => self.english(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all others have fixed sentences, by code")]
    fn japanese(&self) -> String {
        match self {
            Self::LoginLocked { minutes } => {
                format!("何度も違ったため、あと{minutes}分入れません。急ぐときは本部(電話)へ。")
            }
            Self::TextTooLong { chars, max } => {
                format!(
                    "長すぎます({chars}文字)。{max}文字までにしてください。書いたものは残っています。"
                )
            }
            Self::NotHere { percent } => {
                format!("まだ届いていません({percent}%)。届くと見られます。")
            }
            Self::Photo { code, bytes } => photo_japanese(code, *bytes),
            Self::ImportRefused { ja, .. } => ja.clone(),
            _ => self.fixed().0.to_owned(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all others have fixed sentences, by code")]
    fn english(&self) -> String {
        match self {
            Self::LoginLocked { minutes } => {
                format!("Too many wrong tries: wait {minutes} min. If urgent, phone headquarters.")
            }
            Self::TextTooLong { chars, max } => {
                format!("Too long ({chars} characters): up to {max}. What you wrote is kept.")
            }
            Self::NotHere { percent } => {
                format!("Not here yet ({percent} %). You can see it once it has arrived.")
            }
            Self::Photo { code, bytes } => photo_english(code, *bytes),
            Self::ImportRefused { en, .. } => en.clone(),
            _ => self.fixed().1.to_owned(),
        }
    }

    /// Sentences without numbers in them.
    #[expect(clippy::too_many_lines, reason = "a catalogue is a table, not a procedure")]
    fn fixed(&self) -> (&'static str, &'static str) {
        match self.code() {
            "login_failed" => (
                "IDかパスワードがちがいます。もう一度入れてください。わからないときは本部(電話)へ。",
                "ID or password doesn't match. Try again; if unsure, phone headquarters.",
            ),
            "https_required" => (
                "本部と管理の画面は、この入口では開けません。本部の機器で直接開いてください。",
                "Headquarters' and admin screens don't open here. Use the headquarters' own machine.",
            ),
            "session_ended" => (
                "もう一度入ってください。書いたものは残っています。",
                "Please log in again. What you wrote is kept.",
            ),
            "not_allowed" => {
                ("この操作は、あなたの役割ではできません。", "Your role can't do this.")
            }
            "origin_refused" => (
                "ほかのページからの操作は受け付けません。この画面を開き直してください。",
                "Requests from other pages are refused. Open this screen again.",
            ),
            "not_found" => (
                "見つかりません。もどって選び直してください。",
                "Not found. Go back and choose again.",
            ),
            "text_empty" => ("本文を書いてから送ってください。", "Write something before sending."),
            "client_id_reused" => (
                "同じ番号で別の内容が届いています。もう一度書いて送ってください。",
                "The same id came with another content. Write it again.",
            ),
            "withdraw_too_late" => (
                "取り消せるのは10分以内です。訂正を書いて送ってください。",
                "Messages can be withdrawn for 10 minutes. Send a correction instead.",
            ),
            "bulletin_superseded" => (
                "新しい訂正が出ています。新しいほうを開いてください。",
                "There is a newer version. Open that one.",
            ),
            "too_many_photos" => (
                "写真は10枚までです。分けて送ってください。",
                "Up to 10 photos. Send them in parts.",
            ),
            "unknown_file" => (
                "写真がこの避難所に届いていません。もう一度送ってください。",
                "The photo has not reached this shelter. Send it again.",
            ),
            "login_taken" => (
                "このIDはもう使われています。別のIDにしてください。",
                "This ID is taken. Choose another.",
            ),
            "ticket_refused" => (
                "この引換番号は使えません(使用済み・期限切れ・ちがう番号)。本部で新しいものを出してください。",
                "This ticket can't be used (used, expired or wrong). Issue a new one at headquarters.",
            ),
            "disk_nearly_full" => (
                "避難所の箱の空きが少ないため、写真は送れません。文章は送れます。写真はこの端末に残ります。",
                "The box is nearly full: photos wait on this phone. Text still goes.",
            ),
            "disk_full" => (
                "避難所の箱がいっぱいです。これは保存されていません。紙に控えて、本部(電話)へ。",
                "The box is full: this was not stored. Note it on paper and phone headquarters.",
            ),
            "busy" => (
                "いま混み合っています。自動でもう一度送ります。書いたものは残っています。",
                "Busy just now: it is tried again by itself. What you wrote is kept.",
            ),
            "bad_request" => (
                "内容を読み取れませんでした。画面を開き直して、もう一度試してください。",
                "The request was not understood. Open the screen again and retry.",
            ),
            _ => (
                "うまくいきませんでした。書いたものは残っています。もう一度押しても同じなら、本部へ。",
                "Something went wrong. What you wrote is kept. If it happens again, tell headquarters.",
            ),
        }
    }
}

fn megabytes(bytes: usize) -> usize {
    bytes.div_ceil(1_000_000)
}

fn photo_japanese(code: &str, bytes: usize) -> String {
    match code {
        "photo_too_big" => format!(
            "写真が大きすぎます({}MB)。30MBまで送れます。小さくして送ってください。",
            megabytes(bytes)
        ),
        "photo_too_many_pixels" => "写真の画素が多すぎます。小さくして送ってください。".to_owned(),
        "photo_unsupported" => {
            "この形式の写真は送れません。JPEG・PNG・WebP・HEICで送ってください。".to_owned()
        }
        "not_image" => {
            "写真ではないファイルです。写真(JPEG・PNG・HEIC)を選んでください。".to_owned()
        }
        _ => "この写真は開けませんでした。もう一度撮るか、別の写真を選んでください。".to_owned(),
    }
}

fn photo_english(code: &str, bytes: usize) -> String {
    match code {
        "photo_too_big" => {
            format!("The photo is too large ({} MB): up to 30 MB.", megabytes(bytes))
        }
        "photo_too_many_pixels" => "The photo has too many pixels: send it smaller.".to_owned(),
        "photo_unsupported" => "This format can't be sent: use JPEG, PNG, WebP or HEIC.".to_owned(),
        "not_image" => "This file is not a photo: choose a JPEG, PNG or HEIC.".to_owned(),
        _ => "The photo can't be opened: take it again or choose another.".to_owned(),
    }
}
