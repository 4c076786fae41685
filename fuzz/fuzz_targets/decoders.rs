//! Any bytes through every decoder: no panic, no layer larger than what it was made of, and every
//! stretch of a layer leads back to bytes that are there, in order.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    keysweep::detect::every_layer(bytes, |name, layer, back| {
        let all = back(0..layer.len());
        assert!(all.start <= all.end && all.end <= bytes.len(), "{name}");
        assert!(layer.len() <= all.len(), "{name} grows");
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
});
