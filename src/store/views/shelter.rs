//! View of the shelter list.

use rusqlite::Connection;
use rusqlite::params;

use crate::domain::evacuation_site::EvacuationSite;
use crate::domain::evacuation_site::SiteRef;
use crate::domain::shelter::SitePut;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views::Applied;
use crate::store::views::Table;

pub(super) const SITE: Table = Table {
    name: "site",
    sql: "CREATE TABLE IF NOT EXISTS site (
        ref BLOB PRIMARY KEY, key TEXT NOT NULL, site BLOB, origin BLOB NOT NULL, n INTEGER NOT NULL,
        time INTEGER NOT NULL, counter INTEGER NOT NULL, ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS site_key ON site (key);",
    columns: "ref, key, site, ctime",
    ordered: true,
};

pub(super) fn apply(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(put) = event.payload::<SitePut>() else { return Ok(()) };
    let site = put.site.as_ref().and_then(|site| minicbor::to_vec(site).ok());
    conn.prepare_cached(
        "INSERT OR IGNORE INTO site (ref, key, site, origin, n, time, counter, ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        event.at.to_key(),
        put.key.0,
        site,
        event.at.origin.0,
        event.n(),
        event.time(),
        event.header.stamp.counter,
        event.ctime
    ])?;
    Ok(())
}

impl Snapshot<'_> {
    /// The shelter list, by key.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn sites(&self) -> Result<Vec<(SiteRef, EvacuationSite)>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, site FROM site s
             WHERE NOT EXISTS (SELECT 1 FROM site o WHERE o.key = s.key
                 AND (o.ctime, o.counter, o.ref) > (s.ctime, s.counter, s.ref))
             ORDER BY key",
        )?;
        let rows: Vec<(String, Option<Vec<u8>>)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut sites = Vec::with_capacity(rows.len());
        for (key, bytes) in rows {
            let Some(bytes) = bytes else { continue };
            let site = minicbor::decode(&bytes)
                .map_err(|_undecodable| StoreError::Corrupt("place of the shelter list"))?;
            sites.push((SiteRef(key), site));
        }
        Ok(sites)
    }
}
