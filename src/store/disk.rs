//! Free space: below the floor nothing is accepted and nothing acknowledged; photos are refused earlier.

use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use std::sync::Mutex;

use crate::store::error::StoreError;

/// Below this many MiB everything is refused.
pub(super) const FLOOR_MIB: u64 = 64;
/// Below this many MiB photos are refused.
pub(super) const PHOTO_FLOOR_MIB: u64 = 512;
/// How long a look at the file system counts.
const FRESH: Duration = Duration::from_millis(200);

/// The file system under the data directory.
#[derive(Debug)]
pub(super) struct Disk {
    dir: PathBuf,
    last: Mutex<Option<(Instant, u64)>>,
}

impl Disk {
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { dir, last: Mutex::new(None) }
    }

    /// Free space in MiB; a file system that doesn't tell counts as empty enough.
    pub(super) fn free_mib(&self) -> u64 {
        let Ok(mut last) = self.last.lock() else { return u64::MAX };
        if let Some((at, free)) = *last
            && at.elapsed() < FRESH
        {
            return free;
        }
        let free = rustix::fs::statvfs(&self.dir)
            .map_or(u64::MAX, |stat| stat.f_bavail.saturating_mul(stat.f_frsize) >> 20);
        *last = Some((Instant::now(), free));
        free
    }

    pub(super) fn check_floor(&self) -> Result<(), StoreError> {
        self.check(FLOOR_MIB)
    }

    pub(super) fn check(&self, need_mib: u64) -> Result<(), StoreError> {
        let free_mib = self.free_mib();
        if free_mib < need_mib { Err(StoreError::DiskFull { free_mib, need_mib }) } else { Ok(()) }
    }
}
