//! Photos: taking an upload, looking at it under limits, and handing out what lies here.

use std::path::PathBuf;

use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::error::AppError;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::access::Scope;
use crate::domain::ids::BlobHash;
use crate::domain::report::BlobRef;
use crate::domain::report::PhotoRef;
use crate::domain::report::Point;
use crate::domain::stream::Class;
use crate::media;
use crate::media::Examined;
use crate::media::Format;
use crate::media::PhotoLimits;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;

/// When the camera says it was taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Taken {
    /// `2026-11-23T20:15:00`.
    pub civil: String,
    /// Offset from UTC in minutes.
    pub offset_minutes: Option<i16>,
    /// The camera's clock is doubtful.
    pub doubtful: bool,
}

/// Where it was taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhotoPosition {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// How wrong that may be, in metres.
    pub accuracy_m: Option<u32>,
}

/// What was seen in an upload.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhotoSeen {
    /// Its name.
    pub hash: String,
    /// Its size.
    pub bytes: u64,
    /// `jpeg`, `png`, `webp`, `heic`.
    pub format: String,
    /// Upright width in pixels.
    pub width: u32,
    /// Upright height in pixels.
    pub height: u32,
    /// Time from the photo.
    pub taken: Option<Taken>,
    /// Place from the photo.
    pub position: Option<PhotoPosition>,
    /// A preview could be made.
    pub has_preview: bool,
}

/// A photo of a message or report, and what of it lies on this node.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Photo {
    /// What was seen in it.
    #[serde(flatten)]
    pub seen: PhotoSeen,
    /// The thumbnail is here.
    pub thumbnail: bool,
    /// The preview is here.
    pub preview: bool,
    /// `here`, `arriving`, `away`.
    pub original: String,
    /// How much of the original is here.
    pub arriving_percent: u8,
}

/// Where a photo's bytes lie: read in pieces, so that slow readers hold no memory.
#[derive(Debug, Clone)]
pub struct PhotoFile {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its media type.
    pub mime: &'static str,
}

/// Degrees for the API.
pub(crate) fn degrees(e7: i32) -> f64 {
    f64::from(e7) / 1e7
}

fn seen(photo: &PhotoRef) -> PhotoSeen {
    PhotoSeen {
        hash: photo.original.hash.to_string(),
        bytes: photo.original.bytes,
        format: photo.format.clone(),
        width: photo.width,
        height: photo.height,
        taken: photo.taken.as_ref().map(|civil| Taken {
            civil: civil.clone(),
            offset_minutes: photo.taken_offset,
            doubtful: photo.taken_doubtful,
        }),
        position: photo.position.map(|point| PhotoPosition {
            lat: degrees(point.latitude_e7),
            lon: degrees(point.longitude_e7),
            accuracy_m: photo.accuracy_m,
        }),
        has_preview: photo.preview.is_some(),
    }
}

/// A photo with what of it lies here.
pub(crate) fn render(app: &App, photo: &PhotoRef) -> Photo {
    let files = app.store().blobs();
    let here = |blob: Option<BlobRef>| blob.is_some_and(|one| files.size(&one.hash).is_some());
    let percent = files.percent(&photo.original.hash);
    let original = match (here(Some(photo.original)), percent) {
        (true, _) => "here",
        (false, 0) => "away",
        (false, _) => "arriving",
    };
    Photo {
        seen: seen(photo),
        thumbnail: here(photo.thumbnail),
        preview: here(photo.preview),
        original: original.to_owned(),
        arriving_percent: if original == "here" { 100 } else { percent },
    }
}

/// The photo behind an uploaded hash. An upload belongs to the node: whoever may send it names it.
pub(crate) fn uploaded(snapshot: &Snapshot<'_>, hash: BlobHash) -> Result<PhotoRef, AppError> {
    snapshot.upload(hash)?.map(|(_, photo)| photo).ok_or(AppError::UnknownPhoto)
}

/// Takes a file: looks at it, makes renditions, stores all with fsync, and tells what was seen.
///
/// # Errors
/// Right, [`AppError::Photo`], space, or the store's; nothing is kept then.
pub async fn upload(app: &App, actor: &Actor, file: Bytes) -> Result<PhotoSeen, AppError> {
    app.check(actor, Action::SendPhotos)?;
    app.store().check_photo_space().map_err(|_full| AppError::DiskNearlyFull)?;
    let size = file.len();
    let limits = PhotoLimits {
        received_unix_s: Some(app.now_ms().div_euclid(1_000)),
        ..app.parts().photos.clone()
    };
    let place = app
        .inner
        .looking
        .acquire()
        .await
        .map_err(|_closed| AppError::Store(StoreError::Stopped))?;
    let store = app.store().clone();
    let done = tokio::task::spawn_blocking(move || {
        let examined = media::examine(&file, &limits)
            .map_err(|refused| AppError::Photo { code: refused.code(), bytes: size })?;
        keep(&store, &file, examined)
    })
    .await;
    drop(place);
    let photo =
        done.map_err(|_panicked| AppError::Photo { code: "photo_broken", bytes: size })??;
    app.store().put_upload(actor.account, photo.clone()).await?;
    Ok(seen(&photo))
}

/// Writes original and renditions, each synced before it gets its name.
fn keep(
    store: &crate::store::Store,
    file: &[u8],
    examined: Examined,
) -> Result<PhotoRef, AppError> {
    let put = |bytes: &[u8]| {
        let hash = store.blobs().put(bytes).map_err(|error| {
            tracing::error!(%error, "A photo could not be kept.");
            AppError::DiskNearlyFull
        })?;
        Ok::<_, AppError>(BlobRef { hash, bytes: bytes.len() as u64 })
    };
    let renditions = examined.renditions.as_ref();
    let (thumbnail, preview) = match renditions {
        Some(made) => (Some(put(&made.thumbnail.jpeg)?), Some(put(&made.preview.jpeg)?)),
        None => (None, None),
    };
    let position = examined.position.as_ref();
    Ok(PhotoRef {
        original: put(file)?,
        format: match examined.format {
            Format::Jpeg => "jpeg",
            Format::Png => "png",
            Format::WebP => "webp",
            Format::Heic => "heic",
        }
        .to_owned(),
        width: examined.width,
        height: examined.height,
        thumbnail,
        preview,
        taken_offset: examined.taken.as_ref().and_then(|taken| taken.offset_minutes),
        taken_doubtful: examined.taken.as_ref().is_some_and(|taken| taken.doubt.is_some()),
        taken: examined.taken.map(|taken| taken.civil),
        position: position
            .map(|at| Point { latitude_e7: at.latitude_e7, longitude_e7: at.longitude_e7 }),
        accuracy_m: position.and_then(|at| at.accuracy_m),
    })
}

/// A rendition or the original of a photo that an event the actor may read names.
///
/// # Errors
/// Not found, [`AppError::NotHere`], or the store's.
pub async fn fetch(
    app: &App,
    actor: &Actor,
    hash: &str,
    rendition: &str,
) -> Result<PhotoFile, AppError> {
    app.check(actor, Action::Look)?;
    let hash = BlobHash::parse(hash).map_err(|_malformed| AppError::NotFound)?;
    let (inner, asker) = (app.clone(), actor.clone());
    let photo = app
        .store()
        .read(move |snapshot| {
            if let Some((account, photo)) = snapshot.upload(hash)?
                && account == asker.account
            {
                return Ok(photo);
            }
            readable(snapshot, &inner, &asker, hash)?.ok_or(AppError::NotFound)
        })
        .await?;
    let blob = match rendition {
        "thumbnail" => photo.thumbnail,
        "preview" => photo.preview,
        "original" => Some(photo.original),
        _ => None,
    };
    let wanted = blob.ok_or(AppError::NotFound)?.hash;
    let mime = match (rendition, photo.format.as_str()) {
        ("original", "png") => "image/png",
        ("original", "webp") => "image/webp",
        ("original", "heic") => "image/heic",
        _ => "image/jpeg",
    };
    let files = app.store().blobs();
    match files.size(&wanted) {
        Some(bytes) => Ok(PhotoFile { path: files.path(&wanted), bytes, mime }),
        None => {
            let store = app.store().clone();
            let percent = tokio::task::spawn_blocking(move || store.blobs().percent(&wanted));
            Err(AppError::NotHere { percent: percent.await.unwrap_or(0) })
        }
    }
}

/// The photo with this original in a report or message that the actor may read.
fn readable(
    snapshot: &Snapshot<'_>,
    app: &App,
    actor: &Actor,
    hash: BlobHash,
) -> Result<Option<PhotoRef>, AppError> {
    for id in snapshot.blob_streams(hash)? {
        let Some(stream) = snapshot.stream(&id)? else { continue };
        if stream.class == Class::Room {
            let members = snapshot.members(id)?;
            if !members.contains(&actor.account) {
                continue;
            }
            if let Some(photo) = snapshot.photo_in_room(id, hash)? {
                return Ok(Some(photo));
            }
        }
        if stream.class == Class::Report {
            let own = stream.owner() == Some(actor.node);
            match app.check(actor, Action::ReadReports) {
                Ok(Scope::All) => {}
                Ok(Scope::OwnShelter) if own => {}
                Ok(Scope::OwnShelter) | Err(_) => continue,
            }
            for report in snapshot.reports()? {
                let found = report.post.photos.into_iter().find(|one| one.original.hash == hash);
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
    }
    Ok(None)
}
