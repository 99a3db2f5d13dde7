//! The shelter list: what it holds, and importing another edition after its difference was shown.

use bytes::Bytes;
use serde::Deserialize;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::author;
use crate::app::error::AppError;
use crate::app::error::Language;
use crate::app::link::count;
use crate::app::photo;
use crate::app::random;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::evacuation_site::EvacuationSite;
use crate::domain::evacuation_site::MunicipalityCode;
use crate::domain::evacuation_site::SiteRef;
use crate::domain::event::chain;
use crate::domain::event::kind::Kind;
use crate::domain::ids::ClientId;
use crate::domain::shelter::SitePut;
use crate::domain::stream::Stream;
use crate::import;
use crate::import::Change;
use crate::import::Difference;
use crate::import::ReadOptions;
use crate::store::Draft;
use crate::store::snapshot::Snapshot;

/// Most rows of a difference in one answer.
const ROWS_MAX: usize = 2_000;
/// Places written in one transaction.
const BATCH: usize = 200;

/// A place of the shelter list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Site {
    /// Its name for good.
    pub key: String,
    /// 名称.
    pub name: String,
    /// 名称_カナ.
    pub kana: Option<String>,
    /// As written.
    pub address: String,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lon: Option<f64>,
    /// As dialled.
    pub phone: Option<String>,
    /// People it takes.
    pub capacity: Option<u32>,
    /// Hazards it is designated for.
    pub hazards: Vec<String>,
    /// The node that stands there.
    pub node: Option<String>,
}

/// The shelter list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Sites {
    /// By key.
    pub sites: Vec<Site>,
}

/// How many of each.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ImportCounts {
    /// 追加.
    pub added: u32,
    /// 変更.
    pub changed: u32,
    /// 直した.
    pub repaired: u32,
    /// 確かめる.
    pub doubtful: u32,
    /// 読めない.
    pub unreadable: u32,
    /// なくなる.
    pub missing: u32,
    /// The same.
    pub unchanged: u32,
}

/// One row of the difference.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportRow {
    /// `added`, `changed`, `repaired`, `doubtful`, `unreadable`, `missing`.
    pub what: String,
    /// Row of the file, header = 1.
    pub row: Option<u32>,
    /// Name of the place.
    pub site: String,
    /// Which field.
    pub field: Option<String>,
    /// As it is.
    pub before: Option<String>,
    /// As it would be.
    pub after: Option<String>,
    /// Why, in words.
    pub reason: String,
}

/// What an import would change, or has changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportDifference {
    /// It was written.
    pub applied: bool,
    /// Rows of the file.
    pub file_rows: u32,
    /// How many of each.
    pub counts: ImportCounts,
    /// At most 2,000.
    pub rows: Vec<ImportRow>,
    /// What is said about the file as a whole.
    pub notes: Vec<String>,
    /// How the file was read.
    pub encoding: String,
    /// There are more rows than listed.
    pub truncated: bool,
}

/// How to import.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct ImportQuery {
    /// Only show the difference.
    #[serde(default)]
    pub dry_run: bool,
    /// Only rows of this municipality (6 digits).
    pub municipality: Option<String>,
}

/// The shelter list.
///
/// # Errors
/// Right, or the store's.
pub async fn list(app: &App, actor: &Actor) -> Result<Sites, AppError> {
    app.check(actor, Action::ReadShelters)?;
    app.store()
        .read(|snapshot| {
            let nodes = snapshot.nodes()?;
            let sites = snapshot.sites()?.into_iter().map(|(key, site)| Site {
                node: nodes
                    .iter()
                    .find(|node| node.site.as_deref() == Some(key.0.as_str()))
                    .map(|node| node.id.to_string()),
                key: key.0,
                name: site.name,
                kana: site.kana,
                address: site.address.unwrap_or_default(),
                lat: site.position.map(|position| photo::degrees(position.latitude_e7)),
                lon: site.position.map(|position| photo::degrees(position.longitude_e7)),
                phone: site.phone,
                capacity: site.capacity.as_ref().and_then(|capacity| capacity.people()),
                hazards: site.hazards.iter().map(|one| one.code().to_owned()).collect(),
            });
            Ok(Sites { sites: sites.collect() })
        })
        .await
}

impl App {
    /// The shelter list as stored, for the command line.
    ///
    /// # Errors
    /// The store's.
    pub async fn sites(&self) -> Result<Vec<(SiteRef, EvacuationSite)>, AppError> {
        self.store().read(|snapshot| Ok::<_, AppError>(snapshot.sites()?)).await
    }
}

/// Shows what a file would change; without `dry_run` also writes it.
///
/// # Errors
/// Right, [`AppError::ImportRefused`], or the store's.
pub async fn import(
    app: &App,
    actor: &Actor,
    file: Bytes,
    query: ImportQuery,
    language: Language,
) -> Result<ImportDifference, AppError> {
    app.check(actor, Action::ImportShelters)?;
    let code = query.municipality.as_deref().filter(|code| !code.is_empty());
    let only_municipality = code
        .map(|code| {
            MunicipalityCode::parse(code).map_err(|_bad| AppError::BadRequest("municipality"))
        })
        .transpose()?;
    let options = ReadOptions { only_municipality };
    let read = tokio::task::spawn_blocking(move || import::read_shelter_list(&file, &options))
        .await
        .map_err(|_panicked| AppError::BadRequest("file"))?
        .map_err(|refused| AppError::ImportRefused {
            ja: refused.sentence(import::Language::Japanese),
            en: refused.sentence(import::Language::English),
        })?;
    let difference = app
        .store()
        .read(move |snapshot| Ok::<_, AppError>(import::difference(&snapshot.sites()?, &read)))
        .await?;
    if !query.dry_run {
        apply(app, actor, &difference).await?;
    }
    Ok(render(&difference, !query.dry_run, language))
}

/// Writes in parts, so that one import does not hold everybody else's commits.
async fn apply(app: &App, actor: &Actor, difference: &Difference) -> Result<(), AppError> {
    let seed = random::<32>()?;
    let mut number = 0_u64;
    for part in difference.writes.chunks(BATCH) {
        let mut drafts = Vec::with_capacity(part.len());
        for write in part {
            number = number.saturating_add(1);
            let hash = chain::derive("noroshi 1 import", &[&seed, &number.to_be_bytes()]);
            let client_id = ClientId(hash.first_chunk().copied().unwrap_or_default());
            let body =
                SitePut { client_id, key: write.site_ref.clone(), site: Some(write.site.clone()) };
            let stream = Stream::org();
            drafts.push(Draft::new(stream, Kind::SitePut, author(actor), client_id, &body));
        }
        let write = move |_: &Snapshot<'_>| Ok::<_, AppError>((drafts, ()));
        app.store().act(write).await?;
    }
    Ok(())
}

fn render(difference: &Difference, applied: bool, language: Language) -> ImportDifference {
    let language = match language {
        Language::Ja => import::Language::Japanese,
        Language::En => import::Language::English,
    };
    let told = difference.rows.iter().filter(|row| row.what != Change::Unchanged);
    let rows: Vec<ImportRow> = told
        .clone()
        .take(ROWS_MAX)
        .map(|row| ImportRow {
            what: row.what.code().to_owned(),
            row: row.row,
            site: row.site.clone(),
            field: row.field.clone(),
            before: row.before.as_ref().map(|shown| shown.words(language)),
            after: row.after.as_ref().map(|shown| shown.words(language)),
            reason: row.why(language),
        })
        .collect();
    let counts = &difference.counts;
    ImportDifference {
        applied,
        file_rows: count(difference.file_rows),
        counts: ImportCounts {
            added: count(counts.added),
            changed: count(counts.changed),
            repaired: count(counts.repaired),
            doubtful: count(counts.doubtful),
            unreadable: count(counts.unreadable),
            missing: count(counts.missing),
            unchanged: count(counts.unchanged),
        },
        truncated: told.count() > rows.len(),
        rows,
        notes: difference.notes.iter().map(|note| note.sentence(language)).collect(),
        encoding: difference.encoding.name().to_owned(),
    }
}
