//! Photo reports from the field, and what headquarters does with them.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::author;
use crate::app::bulletin::ClientIdOnly;
use crate::app::error::AppError;
use crate::app::people;
use crate::app::people::Directory;
use crate::app::people::Person;
use crate::app::photo;
use crate::app::photo::Photo;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::access::Scope;
use crate::domain::evacuation_site::EvacuationSite;
use crate::domain::event::kind::Kind;
use crate::domain::ids::BlobHash;
use crate::domain::ids::EventId;
use crate::domain::org::NodeRole;
use crate::domain::report::PHOTOS_MAX;
use crate::domain::report::Place;
use crate::domain::report::PlaceSource;
use crate::domain::report::Point;
use crate::domain::report::ReportPost;
use crate::domain::report::ReportStatus;
use crate::domain::report::What;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::domain::text;
use crate::store::Draft;
use crate::store::snapshot::Snapshot;
use crate::store::views::report::Report as Stored;

/// The nearest place of the shelter list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Nearest {
    /// Its name.
    pub name: String,
    /// How far, in metres.
    pub distance_m: u32,
}

/// Where something was seen.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportPlace {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Name, may be empty.
    pub name: String,
    /// `photo`, `list`, `finger`, `hq`.
    pub source: String,
    /// The nearest place of the shelter list.
    pub nearest: Option<Nearest>,
}

/// Seen by headquarters.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SeenBy {
    /// By whom.
    pub by: String,
    /// Unix ms.
    pub at_ms: i64,
}

/// A report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Report {
    /// Its id.
    pub id: String,
    /// The outbox item it was.
    pub client_id: String,
    /// Number on this node's screens.
    pub no: u32,
    /// Who reported.
    pub author: Person,
    /// I did.
    pub mine: bool,
    /// Its photos.
    pub photos: Vec<Photo>,
    /// `flood`, `river`, `slide`, `other`.
    pub what: String,
    /// 0 to 4.
    pub depth: Option<u8>,
    /// Where.
    pub place: Option<ReportPlace>,
    /// One remark.
    pub remark: String,
    /// Unix ms.
    pub at_ms: i64,
    /// When it was written, if it waited.
    pub written_ms: Option<i64>,
    /// 時刻不確か.
    pub time_doubtful: bool,
    /// 訓練.
    pub drill: bool,
    /// 本部が確認.
    pub seen: Option<SeenBy>,
    /// Headquarters has it on disk.
    pub hq: bool,
}

/// All reports that the actor may see.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reports {
    /// Newest first.
    pub reports: Vec<Report>,
}

/// A place that was typed or chosen.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPlace {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Name, may be empty.
    #[serde(default)]
    pub name: String,
    /// `photo`, `list`, `finger`.
    pub source: String,
}

/// A new report.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewReport {
    /// 16 characters base64url.
    pub client_id: String,
    /// Hashes of uploaded photos.
    pub photos: Vec<String>,
    /// `flood`, `river`, `slide`, `other`.
    pub what: String,
    /// 0 to 4.
    pub depth: Option<u8>,
    /// Where; absent: from the photo, if it says.
    pub place: Option<NewPlace>,
    /// One remark.
    #[serde(default)]
    pub remark: String,
    /// When it was written, Unix ms by the node's clock.
    pub written_ms: Option<i64>,
    /// 訓練.
    #[serde(default)]
    pub drill: bool,
}

/// 確認した.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SetSeen {
    /// 16 characters base64url.
    pub client_id: String,
    /// Seen, or not after all.
    pub seen: bool,
}

/// A better place.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SetPlace {
    /// 16 characters base64url.
    pub client_id: String,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Name, may be empty.
    #[serde(default)]
    pub name: String,
}

fn point(lat: f64, lon: f64) -> Result<Point, AppError> {
    let e7 = |degrees: f64, limit: f64| {
        if !degrees.is_finite() || degrees.abs() > limit {
            return Err(AppError::BadRequest("place"));
        }
        let scaled = (degrees * 1e7).round();
        #[expect(clippy::cast_possible_truncation, reason = "at most 180e7, checked just above")]
        let whole = scaled as i32;
        Ok(whole)
    };
    Ok(Point { latitude_e7: e7(lat, 90.0)?, longitude_e7: e7(lon, 180.0)? })
}

/// Great-circle distance in metres.
fn distance_m(a: Point, lat: i32, lon: i32) -> f64 {
    const EARTH_M: f64 = 6_371_000.0;
    let radians = |e7: i32| photo::degrees(e7).to_radians();
    let (lat1, lat2) = (radians(a.latitude_e7), radians(lat));
    let (dlat, dlon) = (lat2 - lat1, radians(lon) - radians(a.longitude_e7));
    let h = (dlat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (dlon / 2.0).sin().powi(2);
    2.0 * EARTH_M * h.sqrt().min(1.0).asin()
}

fn nearest(sites: &[EvacuationSite], at: Point) -> Option<Nearest> {
    let far = |site: &EvacuationSite| {
        site.position.map(|position| distance_m(at, position.latitude_e7, position.longitude_e7))
    };
    let (site, metres) = sites
        .iter()
        .filter_map(|site| far(site).map(|metres| (site, metres)))
        .min_by(|a, b| a.1.total_cmp(&b.1))?;
    // Beyond 50 km a name says nothing about a place.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a distance below 50 km, never negative"
    )]
    let distance_m = if metres < 50_000.0 { metres.round() as u32 } else { return None };
    Some(Nearest { name: site.name.clone(), distance_m })
}

struct View<'a> {
    snapshot: &'a Snapshot<'a>,
    app: &'a App,
    directory: &'a Directory,
    sites: Vec<EvacuationSite>,
    actor: &'a Actor,
}

impl View<'_> {
    fn render(&self, stored: &Stored) -> Result<Report, AppError> {
        let post = &stored.post;
        let place = stored.place.as_ref().or(post.place.as_ref());
        let from_photo = post.photos.iter().find_map(|photo| photo.position);
        let place = match (place, from_photo) {
            (Some(place), _) => Some((place.point, place.name.clone(), place.source)),
            (None, Some(at)) => Some((at, String::new(), PlaceSource::Photo)),
            (None, None) => None,
        };
        let mut hq = self.app.is_headquarters();
        for node in self.directory.nodes() {
            if node.role == NodeRole::Headquarters {
                hq |= self.snapshot.reached(node.id, &stored.at)?;
            }
        }
        Ok(Report {
            id: stored.id.to_string(),
            client_id: post.client_id.to_string(),
            no: self.snapshot.report_number(stored.arrival)?,
            author: self.directory.person_at(stored.author, stored.node),
            mine: stored.author == self.actor.account,
            photos: post.photos.iter().map(|one| photo::render(self.app, one)).collect(),
            what: post.what.word().to_owned(),
            depth: post.depth,
            place: place.map(|(at, name, source)| ReportPlace {
                lat: photo::degrees(at.latitude_e7),
                lon: photo::degrees(at.longitude_e7),
                name,
                source: source.word().to_owned(),
                nearest: nearest(&self.sites, at),
            }),
            remark: post.remark.clone(),
            at_ms: self.snapshot.unix(stored.ctime),
            written_ms: post.written_ms,
            time_doubtful: self.snapshot.time_is_doubtful(&stored.at.origin)?,
            drill: post.drill.unwrap_or(false),
            seen: stored.seen.map(|(by, at)| SeenBy {
                by: self.directory.person(by).name,
                at_ms: self.snapshot.unix(at),
            }),
            hq,
        })
    }
}

async fn with_view<T: Send + 'static>(
    app: &App,
    actor: &Actor,
    look: impl FnOnce(&View<'_>) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let (inner, actor) = (app.clone(), actor.clone());
    app.store()
        .read(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let sites = snapshot.sites()?.into_iter().map(|(_, site)| site).collect();
            look(&View { snapshot, app: &inner, directory: &directory, sites, actor: &actor })
        })
        .await
}

fn may_see(stored: &Stored, actor: &Actor, scope: Scope) -> bool {
    match scope {
        Scope::All => true,
        Scope::OwnShelter => stored.node == actor.node || stored.author == actor.account,
    }
}

/// Reports that the actor may see, newest first.
///
/// # Errors
/// Right, or the store's.
pub async fn list(app: &App, actor: &Actor) -> Result<Reports, AppError> {
    let scope = app.check(actor, Action::ReadReports)?;
    with_view(app, actor, move |view| {
        let all = view.snapshot.reports()?;
        let seen = all.iter().filter(|stored| may_see(stored, view.actor, scope));
        Ok(Reports { reports: seen.map(|stored| view.render(stored)).collect::<Result<_, _>>()? })
    })
    .await
}

/// One report.
///
/// # Errors
/// Right, or the store's.
pub async fn one(app: &App, actor: &Actor, id: &str) -> Result<Report, AppError> {
    by_id(app, actor, people::event_id(id)?).await
}

async fn by_id(app: &App, actor: &Actor, id: EventId) -> Result<Report, AppError> {
    let scope = app.check(actor, Action::ReadReports)?;
    with_view(app, actor, move |view| {
        let stored = view.snapshot.report(id)?.filter(|one| may_see(one, view.actor, scope));
        view.render(&stored.ok_or(AppError::NotFound)?)
    })
    .await
}

/// Sends a report. The second value: it is new, not a retry.
///
/// # Errors
/// Right, limits, or the store's.
pub async fn send(app: &App, actor: &Actor, new: NewReport) -> Result<(Report, bool), AppError> {
    app.check(actor, Action::SendReport)?;
    let client_id = people::client_id(&new.client_id)?;
    if new.photos.len() > PHOTOS_MAX {
        return Err(AppError::TooManyPhotos);
    }
    let remark = text::optional(&new.remark, text::TEXT_CHARS_MAX)?;
    if new.photos.is_empty() && remark.is_empty() {
        return Err(AppError::TextEmpty);
    }
    let what = What::from_word(&new.what).ok_or(AppError::BadRequest("what"))?;
    if new.depth.is_some_and(|depth| depth > 4) {
        return Err(AppError::BadRequest("depth"));
    }
    let parse_hash = |hash: &String| BlobHash::parse(hash).map_err(|_bad| AppError::UnknownPhoto);
    let hashes = new.photos.iter().map(parse_hash).collect::<Result<Vec<_>, _>>()?;
    let place = match &new.place {
        Some(place) => Some(Place {
            point: point(place.lat, place.lon)?,
            name: text::optional(&place.name, text::NAME_CHARS_MAX)?,
            source: PlaceSource::from_word(&place.source).ok_or(AppError::BadRequest("place"))?,
        }),
        None => None,
    };
    let request = minicbor::to_vec((&hashes, &remark, new.depth, &place, &new.what, new.drill))
        .unwrap_or_default();
    let asker = actor.clone();
    let (committed, ()) = app
        .store()
        .act(move |snapshot| {
            let photos = hashes
                .into_iter()
                .map(|hash| photo::uploaded(snapshot, hash))
                .collect::<Result<Vec<_>, _>>()?;
            let body = ReportPost {
                client_id,
                photos,
                what,
                depth: new.depth,
                place,
                remark,
                written_ms: people::waited(new.written_ms, snapshot.now_ms),
                drill: new.drill.then_some(true),
            };
            let stream = Stream::of_node(Class::Report, asker.node);
            let draft = Draft::new(stream, Kind::ReportPost, author(&asker), client_id, &body);
            Ok::<_, AppError>((vec![draft.with_request(&request)], ()))
        })
        .await?;
    let committed = committed.first().copied().ok_or(AppError::NotFound)?;
    Ok((by_id(app, actor, committed.id).await?, committed.is_new))
}

/// What headquarters says about a report.
async fn say(app: &App, actor: &Actor, id: &str, status: ReportStatus) -> Result<Report, AppError> {
    app.check(actor, Action::HandleReports)?;
    let (id, asker) = (people::event_id(id)?, actor.clone());
    app.store()
        .act(move |snapshot| {
            let stored = snapshot.report(id)?.ok_or(AppError::NotFound)?;
            let stream = Stream::of_node(Class::Notice, stored.node);
            let client_id = status.client_id;
            let draft = Draft::new(stream, Kind::ReportStatus, author(&asker), client_id, &status);
            Ok::<_, AppError>((vec![draft.with_parent(stored.at)], ()))
        })
        .await?;
    by_id(app, actor, id).await
}

/// 確認した.
///
/// # Errors
/// Right, or the store's.
pub async fn status(app: &App, actor: &Actor, id: &str, seen: SetSeen) -> Result<Report, AppError> {
    let client_id = people::client_id(&seen.client_id)?;
    let body =
        ReportStatus { client_id, seen: Some(seen.seen), place: None, wants_originals: None };
    say(app, actor, id, body).await
}

/// A better place.
///
/// # Errors
/// Right, limits, or the store's.
pub async fn place(
    app: &App,
    actor: &Actor,
    id: &str,
    place: SetPlace,
) -> Result<Report, AppError> {
    let client_id = people::client_id(&place.client_id)?;
    let better = Place {
        point: point(place.lat, place.lon)?,
        name: text::optional(&place.name, text::NAME_CHARS_MAX)?,
        source: PlaceSource::Headquarters,
    };
    let body = ReportStatus { client_id, seen: None, place: Some(better), wants_originals: None };
    say(app, actor, id, body).await
}

/// Asks for the originals.
///
/// # Errors
/// Right, or the store's.
pub async fn original(
    app: &App,
    actor: &Actor,
    id: &str,
    ask: ClientIdOnly,
) -> Result<Report, AppError> {
    let client_id = people::client_id(&ask.client_id)?;
    let body = ReportStatus { client_id, seen: None, place: None, wants_originals: Some(true) };
    say(app, actor, id, body).await
}

/// Reports that headquarters has not looked at, for badges.
pub(crate) fn unseen(snapshot: &Snapshot<'_>) -> Result<u32, AppError> {
    let open = snapshot.reports()?.iter().filter(|report| report.seen.is_none()).count();
    Ok(crate::app::link::count(open))
}
