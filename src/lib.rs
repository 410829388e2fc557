
#[cfg(feature = "run")]
pub mod sandbox;
