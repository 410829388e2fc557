//! Realistic data of both systems.
