//! A Visma Business company on SQL Server.
