#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| samband_fuzz::must(samband_fuzz::any_input::settings(text)));
