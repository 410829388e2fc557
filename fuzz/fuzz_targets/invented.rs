//! Bytes as choices: files that parse, so that the fuzzer gets past the parser.
#![no_main]

use samband_fuzz::choices::Choices;
use samband_fuzz::{any_input, invent, must};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = invent::mapping(&mut Choices::new(bytes));
    must(any_input::format(&text));
    must(any_input::check(&text));
});
