//! Blobs as files: bytes too large for the log, named by their BLAKE3, whole or on the way.
//!
//! Whole ones lie in `blobs/ab/cdef…`; what is on the way in `tmp/`: a part file of full size and the list
//! of its pieces' chaining values. Pieces are 16 KiB; the list is checked against the name by merging it,
//! then each piece is checked alone, in any order. Which pieces are here is never written down: after a
//! crash it is computed from the part file, so it can't be wrong. Functions block; call them from a thread
//! that may. Not here: which blobs events name, and who has them (SQL, in `exchange`).

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use blake3::Hasher;
use blake3::hazmat::ChainingValue;
use blake3::hazmat::HasherExt;
use blake3::hazmat::Mode;
use blake3::hazmat::left_subtree_len;
use blake3::hazmat::merge_subtrees_non_root;
use blake3::hazmat::merge_subtrees_root;
use data_encoding::HEXLOWER;

use crate::domain::ids::BlobHash;

/// Size of a piece in bytes.
pub const PIECE_BYTES: usize = 16 * 1024;

/// Largest blob in bytes.
pub const BLOB_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why a blob or a piece of it is not taken or not given.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The file system said no.
    #[error("cannot use the file {}: {source}; check the data folder and its disk", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Larger than any blob may be.
    #[error("the file has {0} bytes, at most {BLOB_BYTES_MAX} are taken")]
    TooLarge(u64),
    /// The list does not belong to this name.
    #[error("blob {0}: its piece list is forged or damaged; it is asked for again")]
    BadList(BlobHash),
    /// The piece is not what the list says.
    #[error("blob {0}: piece {1} is forged or damaged; it is asked for again")]
    BadPiece(BlobHash, u32),
    /// Not here, or not begun.
    #[error("blob {0} is not here")]
    Absent(BlobHash),
    /// Pieces are missing.
    #[error("blob {0} is not complete yet")]
    Incomplete(BlobHash),
}

/// Blob files of one data directory.
#[derive(Debug, Clone)]
pub struct BlobFiles {
    whole: PathBuf,
    temporary: PathBuf,
    /// Tells temporary files of one process apart.
    next: Arc<AtomicU64>,
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> BlobError {
    let path = path.to_path_buf();
    move |source| BlobError::Io { path, source }
}

impl BlobFiles {
    /// Opens `blobs/` and `tmp/` of a data directory; makes them if absent.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let (whole, temporary) = (data_dir.join("blobs"), data_dir.join("tmp"));
        fs::create_dir_all(&whole)?;
        fs::create_dir_all(&temporary)?;
        Ok(Self { whole, temporary, next: Arc::default() })
    }

    /// Where a whole blob lies, whether or not it is there.
    #[must_use]
    pub fn path(&self, hash: &BlobHash) -> PathBuf {
        let name = HEXLOWER.encode(&hash.0);
        let (folder, rest) = name.split_at_checked(2).unwrap_or(("", &name));
        self.whole.join(folder).join(rest)
    }

    fn part(&self, hash: &BlobHash) -> PathBuf {
        self.temporary.join(format!("{}.part", HEXLOWER.encode(&hash.0)))
    }

    fn list_path(&self, hash: &BlobHash) -> PathBuf {
        self.temporary.join(format!("{}.list", HEXLOWER.encode(&hash.0)))
    }

    /// Size of a whole blob in bytes; `None`: it is not here.
    #[must_use]
    pub fn size(&self, hash: &BlobHash) -> Option<u64> {
        fs::metadata(self.path(hash)).ok().filter(fs::Metadata::is_file).map(|found| found.len())
    }

    /// Stores bytes, synced; does nothing if they are here already.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] or the file system's refusal.
    pub fn put(&self, bytes: &[u8]) -> Result<BlobHash, BlobError> {
        let length = bytes.len() as u64;
        if length > BLOB_BYTES_MAX {
            return Err(BlobError::TooLarge(length));
        }
        let hash = BlobHash::of(bytes);
        if self.size(&hash) == Some(length) {
            return Ok(hash);
        }
        let fresh = self.fresh();
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).create_new(true).open(&fresh)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(failed(&fresh))?;
        self.settle(&fresh, &hash)?;
        Ok(hash)
    }

    /// A temporary name nobody else uses: files that a crash left behind keep theirs.
    fn fresh(&self) -> PathBuf {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let path = self.temporary.join(format!("new-{}-{number}", std::process::id()));
            if !path.exists() {
                return path;
            }
        }
    }

    /// Moves a synced file to its place and syncs the folders.
    fn settle(&self, from: &Path, hash: &BlobHash) -> Result<(), BlobError> {
        let to = self.path(hash);
        let folder = to.parent().unwrap_or(&self.whole);
        let settle = || -> io::Result<()> {
            if !folder.is_dir() {
                fs::create_dir_all(folder)?;
                File::open(&self.whole)?.sync_all()?;
            }
            fs::rename(from, &to)?;
            File::open(folder)?.sync_all()
        };
        settle().map_err(failed(&to))
    }

    /// A whole blob.
    ///
    /// # Errors
    /// [`BlobError::Absent`] or the file system's refusal.
    pub fn read(&self, hash: &BlobHash) -> Result<Vec<u8>, BlobError> {
        let path = self.path(hash);
        match fs::read(&path) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(BlobError::Absent(*hash)),
            Err(error) => Err(failed(&path)(error)),
        }
    }

    /// Chaining values of a whole blob's pieces; empty for a blob of one piece, whose name is enough.
    ///
    /// # Errors
    /// [`BlobError::Absent`], or [`BlobError::BadList`] when the file is no longer what its name says.
    pub fn piece_list(&self, hash: &BlobHash) -> Result<Vec<[u8; 32]>, BlobError> {
        let bytes = self.read(hash)?;
        if bytes.len() <= PIECE_BYTES {
            return Ok(Vec::new());
        }
        let pieces = (0_u32..).zip(bytes.chunks(PIECE_BYTES));
        let list: Vec<_> = pieces.map(|(index, piece)| chaining_value(index, piece)).collect();
        if is_list_of(hash, bytes.len() as u64, &list) {
            Ok(list)
        } else {
            Err(BlobError::BadList(*hash))
        }
    }

    /// One piece of a whole blob; the last one is shorter.
    ///
    /// # Errors
    /// [`BlobError::Absent`] when the blob or the piece is not there.
    pub fn read_piece(&self, hash: &BlobHash, index: u32) -> Result<Vec<u8>, BlobError> {
        let path = self.path(hash);
        let piece = match read_at(&path, index) {
            Ok(piece) => piece,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(BlobError::Absent(*hash));
            }
            Err(error) => return Err(failed(&path)(error)),
        };
        if piece.is_empty() && index > 0 { Err(BlobError::Absent(*hash)) } else { Ok(piece) }
    }

    /// Begins to receive a blob of this size: checks its list, makes the part file. A part that is there with
    /// the same list is kept.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`], [`BlobError::BadList`], or the file system's refusal.
    pub fn begin(&self, hash: &BlobHash, bytes: u64, list: &[[u8; 32]]) -> Result<(), BlobError> {
        if bytes > BLOB_BYTES_MAX {
            return Err(BlobError::TooLarge(bytes));
        }
        if !is_list_of(hash, bytes, list) {
            return Err(BlobError::BadList(*hash));
        }
        if self.started(hash).is_some_and(|started| started.bytes == bytes) {
            return Ok(());
        }
        let (part, list_path) = (self.part(hash), self.list_path(hash));
        let make = || -> io::Result<()> {
            let file = OpenOptions::new().write(true).create(true).truncate(false).open(&part)?;
            file.set_len(bytes)?;
            file.sync_all()
        };
        make().map_err(failed(&part))?;
        let fresh = self.fresh();
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).create_new(true).open(&fresh)?;
            file.write_all(&bytes.to_be_bytes())?;
            for value in list {
                file.write_all(value)?;
            }
            file.sync_all()?;
            fs::rename(&fresh, &list_path)?;
            File::open(&self.temporary)?.sync_all()
        };
        write().map_err(failed(&list_path))
    }

    /// What was begun, read from disk and checked again: a disk may lie.
    fn started(&self, hash: &BlobHash) -> Option<Started> {
        let file = fs::read(self.list_path(hash)).ok()?;
        let (bytes, values) = file.split_first_chunk::<8>()?;
        let bytes = u64::from_be_bytes(*bytes);
        let (list, rest) = values.as_chunks::<32>();
        let is_good = rest.is_empty() && bytes <= BLOB_BYTES_MAX && is_list_of(hash, bytes, list);
        let part = fs::metadata(self.part(hash)).ok()?;
        (is_good && part.len() == bytes).then(|| Started { bytes, list: list.to_vec() })
    }

    /// Verifies a piece and writes it, synced.
    ///
    /// # Errors
    /// [`BlobError::BadPiece`] when it is not what the list says, [`BlobError::Absent`] when the blob was
    /// not begun, or the file system's refusal.
    pub fn write_piece(&self, hash: &BlobHash, index: u32, piece: &[u8]) -> Result<(), BlobError> {
        let started = self.started(hash).ok_or(BlobError::Absent(*hash))?;
        if !started.fits(hash, index, piece) {
            return Err(BlobError::BadPiece(*hash, index));
        }
        let path = self.part(hash);
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            file.seek(SeekFrom::Start(offset(index)))?;
            file.write_all(piece)?;
            file.sync_data()
        };
        write().map_err(failed(&path))
    }

    /// Which pieces of a begun blob are on disk, computed from the part file; `None`: not begun.
    #[must_use]
    pub fn have(&self, hash: &BlobHash) -> Option<Vec<bool>> {
        let started = self.started(hash)?;
        let path = self.part(hash);
        let is_here =
            |index| read_at(&path, index).is_ok_and(|piece| started.fits(hash, index, &piece));
        Some((0..started.pieces()).map(is_here).collect())
    }

    /// How much of a blob is here, 0 to 99; 100 only when it is whole and in its place.
    #[must_use]
    pub fn percent(&self, hash: &BlobHash) -> u8 {
        if self.size(hash).is_some() {
            return 100;
        }
        let Some(have) = self.have(hash) else { return 0 };
        let here = have.iter().filter(|is_here| **is_here).count();
        let percent = here.saturating_mul(100).checked_div(have.len()).unwrap_or(0);
        u8::try_from(percent.min(99)).unwrap_or(99)
    }

    /// All pieces are here: checks the whole once more and moves it to its place, synced.
    ///
    /// # Errors
    /// [`BlobError::Absent`] when nothing was begun, [`BlobError::Incomplete`] when pieces are missing.
    pub fn finish(&self, hash: &BlobHash) -> Result<(), BlobError> {
        if self.size(hash).is_some() {
            return Ok(());
        }
        let part = self.part(hash);
        let bytes = fs::read(&part).map_err(|_absent| BlobError::Absent(*hash))?;
        if BlobHash::of(&bytes) != *hash {
            return Err(BlobError::Incomplete(*hash));
        }
        let sync = || -> io::Result<()> { File::open(&part)?.sync_all() };
        sync().map_err(failed(&part))?;
        self.settle(&part, hash)?;
        // Without its part file the list means nothing; a crash before this line leaves 8 bytes and more.
        let list = self.list_path(hash);
        fs::remove_file(&list).map_err(failed(&list))
    }
}

/// A begun blob.
struct Started {
    bytes: u64,
    list: Vec<[u8; 32]>,
}

impl Started {
    fn pieces(&self) -> u32 {
        u32::try_from(self.list.len().max(1)).unwrap_or(u32::MAX)
    }

    fn fits(&self, hash: &BlobHash, index: u32, piece: &[u8]) -> bool {
        let left = self.bytes.saturating_sub(offset(index));
        let right_size = piece.len() as u64 == left.min(PIECE_BYTES as u64);
        if self.list.is_empty() {
            return index == 0 && right_size && BlobHash::of(piece) == *hash;
        }
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let want = self.list.get(at);
        right_size && !piece.is_empty() && want == Some(&chaining_value(index, piece))
    }
}

fn offset(index: u32) -> u64 {
    u64::from(index).saturating_mul(PIECE_BYTES as u64)
}

fn read_at(path: &Path, index: u32) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset(index)))?;
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    file.take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

/// Chaining value of a piece that is not the whole blob.
fn chaining_value(index: u32, piece: &[u8]) -> [u8; 32] {
    Hasher::new().set_input_offset(offset(index)).update(piece).finalize_non_root()
}

/// Does this list belong to a blob of this name and size? A blob of one piece has no list.
fn is_list_of(hash: &BlobHash, bytes: u64, list: &[[u8; 32]]) -> bool {
    if bytes <= PIECE_BYTES as u64 {
        return list.is_empty();
    }
    if list.len() as u64 != bytes.div_ceil(PIECE_BYTES as u64) {
        return false;
    }
    let Some((left, right, left_bytes)) = halves(bytes, list) else { return false };
    let left = merged(left_bytes, left);
    let right = merged(bytes.saturating_sub(left_bytes), right);
    let (Some(left), Some(right)) = (left, right) else { return false };
    *merge_subtrees_root(&left, &right, Mode::Hash).as_bytes() == hash.0
}

type Halves<'a> = (&'a [[u8; 32]], &'a [[u8; 32]], u64);

/// Where BLAKE3 splits an input of so many bytes, in pieces and in bytes.
fn halves(bytes: u64, list: &[[u8; 32]]) -> Option<Halves<'_>> {
    let left_bytes = left_subtree_len(bytes);
    let pieces = usize::try_from(left_bytes / PIECE_BYTES as u64).ok()?;
    let (left, right) = list.split_at_checked(pieces)?;
    Some((left, right, left_bytes))
}

/// Chaining value of a subtree, from those of its pieces; halves down to at most 12 levels.
fn merged(bytes: u64, list: &[[u8; 32]]) -> Option<ChainingValue> {
    if let [one] = list {
        return Some(*one);
    }
    let (left, right, left_bytes) = halves(bytes, list)?;
    let left = merged(left_bytes, left)?;
    let right = merged(bytes.saturating_sub(left_bytes), right)?;
    Some(merge_subtrees_non_root(&left, &right, Mode::Hash))
}
