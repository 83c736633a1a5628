//! Files in one: the ustar format (POSIX.1-1988), as far as a few short names need it.

use net_scout_model::Timestamp;

/// Everything in a tar file is a multiple of this, in bytes.
const BLOCK: usize = 512;

/// A tar file of these files: name and text.
pub(super) fn tar(files: &[(String, String)], at: Timestamp) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, text) in files {
        out.extend(header(name, text.len(), at));
        out.extend(text.as_bytes());
        out.resize(out.len().next_multiple_of(BLOCK), 0);
    }
    out.resize(out.len() + 2 * BLOCK, 0);
    out
}

fn header(name: &str, length: usize, at: Timestamp) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |place: usize, bytes: &[u8]| block[place..place + bytes.len()].copy_from_slice(bytes);
    put(0, &name.as_bytes()[..name.len().min(100)]);
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{length:011o}\0").as_bytes());
    put(136, format!("{:011o}\0", (at.0 / 1_000_000).max(0)).as_bytes());
    // While the sum is taken, its place holds blanks.
    put(148, b"        ");
    put(156, b"0ustar\0");
    put(263, b"00");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    #[test]
    fn tar_reads_it() {
        let bytes =
            tar(&[("a/one".to_owned(), "x".repeat(600)), ("a/two".to_owned(), String::new())], Timestamp(1_773_261_311_000_000));
        let mut child = Command::new("tar").args(["-xO"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("tar runs");
        child.stdin.take().expect("its input").write_all(&bytes).expect("written");
        let read = child.wait_with_output().expect("its end");
        assert!(read.status.success());
        assert_eq!(read.stdout, [b'x'; 600]);
    }
}
