//! Severa over its public REST API.
