//! Tests against a real server over the network: one file for each RPC, and some for what all of them share.

mod support;

mod access;
mod batch_get_articles;
mod command_line;
mod create_article;
mod credentials_command;
mod deadline;
mod delete_article;
mod durability;
mod error_reasons;
mod export_articles;
mod filter_articles;
mod get_article;
mod health;
mod hostile_peers;
mod import_articles;
mod import_command;
mod ingest_article;
mod limits;
mod list_articles;
mod metrics;
mod otlp;
mod panic;
mod parse_article;
mod reflection;
mod reparse_article;
mod request_id;
mod secrets_in_logs;
mod service_config;
mod shutdown;
mod store_errors;
mod stress;
mod tls;
mod update_article;
mod watch_articles;
