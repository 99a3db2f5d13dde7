//! Two of the costliest photos at once, in a process of their own whose highest memory is read.

use crate::photos::check;
use std::process::Command;
use std::thread;

/// Set for the process that does the work.
const CHILD: &str = "NOROSHI_PHOTO_MEMORY_CHILD";
const TEST: &str = "photos::memory::two_of_the_costliest_photos_at_once_stay_small";

/// The whole node may take 300 MB; two full-size files and their decoding leave it 85 MB.
const KIB_MAX: u64 = 215_000;

#[test]
fn two_of_the_costliest_photos_at_once_stay_small() {
    if std::env::var_os(CHILD).is_some() {
        work();
        return;
    }
    if highest_kib().is_none() {
        eprintln!("SKIPPED: this system does not tell a process's highest memory.");
        return;
    }
    let output = Command::new(std::env::current_exe().expect("the test knows its own file"))
        .args(["--exact", TEST, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("the test can start itself");
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(output.status.success() && told.contains("1 passed"), "the work failed:\n{told}");
}

fn work() {
    let photos = [
        ("50 Mpx", Drawn { width: 8_160, height: 6_120, is_progressive: false }),
        ("50 Mpx progressive", Drawn { width: 8_160, height: 6_120, is_progressive: true }),
        // The largest that are decoded whole.
        ("18 Mpx square", Drawn { width: 4_300, height: 4_300, is_progressive: false }),
        ("9 Mpx progressive", Drawn { width: 3_500, height: 2_600, is_progressive: true }),
    ];
    for (name, drawn) in photos {
        let two = [drawn.jpeg(), drawn.jpeg()];
        thread::scope(|scope| {
            for bytes in &two {
                scope.spawn(|| {
                    let seen = check(bytes);
                    let size = (u32::from(drawn.width), u32::from(drawn.height));
                    let is_whole = seen.as_ref().is_ok_and(|seen| {
                        let renditions = seen.renditions.as_ref();
                        (seen.width, seen.height) == size
                            && renditions.is_some_and(|both| both.preview.width >= 1_000)
                    });
                    assert!(is_whole, "{name}: {:?}", seen.map(|seen| (seen.width, seen.height)));
                });
            }
        });
        let highest = highest_kib().unwrap_or(u64::MAX);
        assert!(highest < KIB_MAX, "two photos of {name} took {highest} KiB of {KIB_MAX}");
    }
}

/// A grey picture of any size in a file of nearly 30 MB.
struct Drawn {
    width: u16,
    height: u16,
    is_progressive: bool,
}

impl Drawn {
    /// Colour at half resolution; one code of one bit stands for "nothing changes", so the
    /// coded picture is all zero bits.
    fn jpeg(&self) -> Vec<u8> {
        let kind = if self.is_progressive { 0xC2 } else { 0xC0 };
        let mut jpeg = vec![0xFF, 0xD8];
        for _ in 0..440 {
            segment(&mut jpeg, 0xEF, &[0x55; 65_000]);
        }
        segment(&mut jpeg, 0xDB, &[&[0][..], &[16; 64]].concat());
        let [height, width] = [self.height, self.width].map(u16::to_be_bytes);
        let components = [3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0];
        segment(&mut jpeg, kind, &[&[8][..], &height, &width, &components].concat());
        for class in [0x00, 0x10] {
            let counts = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            segment(&mut jpeg, 0xC4, &[&[class][..], &counts, &[0]].concat());
        }
        let last = if self.is_progressive { 0 } else { 63 };
        segment(&mut jpeg, 0xDA, &[3, 1, 0, 2, 0, 3, 0, 0, last, 0]);
        let units = usize::from(self.width.div_ceil(16)) * usize::from(self.height.div_ceil(16));
        let bits = units * 6 * if self.is_progressive { 1 } else { 2 };
        jpeg.resize(jpeg.len() + bits.div_ceil(8), 0);
        jpeg.extend([0xFF, 0xD9]);
        jpeg
    }
}

fn segment(jpeg: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    jpeg.extend([0xFF, marker]);
    jpeg.extend(u16::try_from(payload.len() + 2).unwrap_or(u16::MAX).to_be_bytes());
    jpeg.extend(payload);
}

/// The most memory that this process ever held, where the system tells it.
fn highest_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
