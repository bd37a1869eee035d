//! The store on one machine: SQLite through sqlx.
