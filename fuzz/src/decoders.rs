//! Any bytes through every decoder: no panic, no layer larger than what it was made of (what was
//! compressed is larger, within its limit), every stretch of a layer leads back to bytes that are
//! there, in order, and all layers together grow with the length alone. Wants long inputs:
//! `-max_len=65536`.

/// What all layers may hold for each byte of the content: every alignment of base64, lines on
/// their own, and all escapes.
const DECODED: usize = 8;
/// The same for what is inflated from them.
const INFLATED: usize = 200;

/// Runs one input.
pub fn check(bytes: &[u8]) {
    let (mut decoded, mut inflated) = (0, 0);
    keysweep::detect::every_layer(bytes, |name, layer, back| {
        let all = back(0..layer.len());
        assert!(all.start <= all.end && all.end <= bytes.len(), "{name}");
        if name == "gzip" || name == "zlib" {
            inflated += layer.len();
        } else {
            decoded += layer.len();
            assert!(layer.len() <= all.len(), "{name} grows");
        }
        let mut last = 0;
        for at in 0..layer.len() {
            let one = back(at..at + 1);
            assert!(!one.is_empty(), "{name}: byte {at} comes from nothing");
            assert!(
                all.start <= one.start && one.end <= all.end,
                "{name}: byte {at} leads outside"
            );
            assert!(last <= one.start, "{name}: byte {at} runs backwards");
            last = one.start;
        }
    });
    assert!(decoded <= DECODED * bytes.len() + 4096, "{decoded} bytes");
    assert!(
        inflated <= INFLATED * bytes.len() + 65_536,
        "{inflated} bytes"
    );
}
