//! Blob files: whole, on the way, interrupted, forged.
//! Not here: how pieces travel (`exchange.rs`) and which events name a blob.
#![expect(clippy::cast_possible_truncation, reason = "sizes of test files are small")]

use std::fs;

use noroshi::domain::ids::BlobHash;
use noroshi::store::blobs::BLOB_BYTES_MAX;
use noroshi::store::blobs::BlobError;
use noroshi::store::blobs::BlobFiles;
use noroshi::store::blobs::PIECE_BYTES;

fn photo(size: usize) -> Vec<u8> {
    (0..size).map(|at| ((at + 1).wrapping_mul(2_654_435_761) >> 7) as u8).collect()
}

fn files() -> (tempfile::TempDir, BlobFiles) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let files = BlobFiles::open(dir.path()).expect("blob folders");
    (dir, files)
}

/// Sizes at which pieces and subtrees begin and end.
const SIZES: [usize; 9] =
    [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 32_768, 49_153, 1_000_000, 3 * PIECE_BYTES, 5_000_001];

#[test]
fn a_blob_of_any_size_crosses_piece_by_piece_in_any_order() {
    for size in SIZES {
        let ((_a, sender), (_b, receiver)) = (files(), files());
        let bytes = photo(size);
        let hash = sender.put(&bytes).expect("stored");
        assert_eq!(
            sender.put(&bytes).expect("stored again"),
            hash,
            "the same bytes, the same name"
        );
        assert_eq!(sender.size(&hash), Some(size as u64));
        let list = sender.piece_list(&hash).expect("its list");
        assert!(list.len() * 32 <= 128 * 1024, "a list of {} values", list.len());

        assert_eq!(receiver.have(&hash), None, "{size}: not begun");
        receiver.begin(&hash, size as u64, &list).expect("begun");
        let count = size.div_ceil(PIECE_BYTES).max(1) as u32;
        // An empty blob is whole from the start: its one piece is empty.
        let none = if size == 0 { vec![true] } else { vec![false; count as usize] };
        assert_eq!(receiver.have(&hash), Some(none), "{size}");
        for index in (0..count).rev() {
            let piece = sender.read_piece(&hash, index).expect("a piece");
            receiver.write_piece(&hash, index, &piece).expect("a good piece is taken");
        }
        receiver.finish(&hash).expect("complete");
        assert_eq!(receiver.read(&hash).expect("whole"), bytes, "{size}: other bytes");
        assert_eq!((receiver.percent(&hash), receiver.have(&hash)), (100, None));
    }
}

#[test]
fn after_a_crash_it_goes_on_with_what_is_on_disk() {
    let ((_a, sender), (dir, receiver)) = (files(), files());
    let bytes = photo(10 * PIECE_BYTES + 5);
    let hash = sender.put(&bytes).expect("stored");
    let list = sender.piece_list(&hash).expect("its list");
    receiver.begin(&hash, bytes.len() as u64, &list).expect("begun");
    for index in [0, 3, 10] {
        let piece = sender.read_piece(&hash, index).expect("a piece");
        receiver.write_piece(&hash, index, &piece).expect("taken");
    }
    drop(receiver);
    // The power fails in the middle of piece 4; then somebody damages piece 3.
    let part = fs::read_dir(dir.path().join("tmp")).expect("tmp").flatten();
    let part =
        part.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|e| e == "part"));
    let part = part.expect("a part file");
    let mut kept = fs::read(&part).expect("the part file");
    kept[4 * PIECE_BYTES..4 * PIECE_BYTES + 100].copy_from_slice(&bytes[4 * PIECE_BYTES..][..100]);
    kept[3 * PIECE_BYTES] ^= 1;
    fs::write(&part, kept).expect("written back");

    let receiver = BlobFiles::open(dir.path()).expect("opened again");
    let have = receiver.have(&hash).expect("it was begun");
    let here: Vec<usize> = (0..have.len()).filter(|index| have[*index]).collect();
    assert_eq!(here, [0, 10], "whole and undamaged pieces, nothing else");
    assert_eq!(receiver.percent(&hash), 18);
    let unfinished = receiver.finish(&hash);
    assert!(matches!(unfinished, Err(BlobError::Incomplete(_))), "not whole: {unfinished:?}");
    receiver.begin(&hash, bytes.len() as u64, &list).expect("begun again, nothing lost");
    for index in (0..11).filter(|index| !have[*index as usize]) {
        let piece = sender.read_piece(&hash, index).expect("a piece");
        receiver.write_piece(&hash, index, &piece).expect("taken");
    }
    receiver.finish(&hash).expect("complete");
    assert_eq!(receiver.read(&hash).expect("whole"), bytes);
}

#[test]
fn what_is_forged_is_refused() {
    let ((_a, sender), (_b, receiver)) = (files(), files());
    let bytes = photo(4 * PIECE_BYTES);
    let hash = sender.put(&bytes).expect("stored");
    let list = sender.piece_list(&hash).expect("its list");
    let size = bytes.len() as u64;
    let mut other = list.clone();
    other[2][0] ^= 1;
    let lists = [
        ("a changed value", size, other),
        ("a missing value", size, list[..3].to_vec()),
        ("another size", size - PIECE_BYTES as u64, list.clone()),
        ("no list", size, Vec::new()),
        ("a list for a small blob", 10, list.clone()),
    ];
    for (name, size, list) in lists {
        let refused = receiver.begin(&hash, size, &list);
        assert!(matches!(refused, Err(BlobError::BadList(_))), "{name}: {refused:?}");
    }
    let large = receiver.begin(&hash, BLOB_BYTES_MAX + 1, &list);
    assert!(matches!(large, Err(BlobError::TooLarge(_))), "too large: {large:?}");

    let piece = sender.read_piece(&hash, 1).expect("a piece");
    let early = receiver.write_piece(&hash, 1, &piece);
    assert!(matches!(early, Err(BlobError::Absent(_))), "before it was begun: {early:?}");
    receiver.begin(&hash, size, &list).expect("begun");
    let mut changed = piece.clone();
    changed[7] ^= 1;
    for (name, index, piece) in [
        ("a changed byte", 1, changed.as_slice()),
        ("in another place", 2, &piece),
        ("too short", 1, &piece[1..]),
        ("nothing", 1, &[]),
        ("beyond the end", 4, &piece),
    ] {
        let refused = receiver.write_piece(&hash, index, piece);
        assert!(matches!(refused, Err(BlobError::BadPiece(..))), "{name}: {refused:?}");
    }
    receiver.write_piece(&hash, 1, &piece).expect("the true one is taken");
    assert!(receiver.read(&BlobHash([0; 32])).is_err(), "a blob that nobody has");
}
