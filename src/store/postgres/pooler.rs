//! Makes sure that a pooler such as PgBouncer, which gives each transaction another session of the database, changes no answer.
//!
//! Sessions behind a pooler cannot have settings of their own, so their role must have them. Statements are prepared once and
//! used in other sessions, so the pooler must carry them along. What needs a session of its own, the lock of the merger and
//! notifications, goes to the database directly.

use sqlx::postgres::PgConnection;

use crate::store::postgres::connect::{Connector, Purpose, REQUEST_SETTINGS, close};
use crate::store::postgres::refusal::Refusal;
use crate::store::postgres::row_struct::row_struct;

row_struct! {
    struct SettingRow<'r> {
        name: &'r str,
        setting: &'r str,
    }
}

/// The names that sqlx gives to prepared statements. A pooler that carries them along uses names of its own.
const OWN_STATEMENT: &str = "sqlx_s_%";

/// Refuses a pooler behind which requests would go wrong. `direct` is a connection to the database itself.
pub(super) async fn check_pooler(connector: &Connector, direct: &mut PgConnection) -> Result<(), Refusal> {
    let mut pooled = connector.connect(Purpose::Read).await?;
    let refused = |reason: String| Err(Refusal::Other(format!("the pooler cannot be used: {reason}")));

    let names: Vec<&str> = REQUEST_SETTINGS.iter().map(|(name, _)| *name).collect();
    let sql = "SELECT name, setting FROM pg_settings WHERE name = ANY ($1)";
    let rows = sqlx::query(sql).bind(names).fetch_all(&mut pooled).await?;
    let found = rows.iter().map(SettingRow::read).collect::<Result<Vec<_>, _>>()?;
    let has = |name: &str, value: &str| found.iter().any(|row| row.name == name && row.setting == value);
    let role = connector.role();
    let missing: Vec<String> = REQUEST_SETTINGS
        .iter()
        .filter(|(name, value)| !has(name, value))
        .map(|(name, value)| format!("ALTER ROLE {role} SET {name} = '{value}';"))
        .collect();
    if !missing.is_empty() {
        return refused(format!(
            "its sessions lack settings. Give them to the role, and have the pooler reconnect: {}",
            missing.join(" ")
        ));
    }

    // This statement is prepared while it runs.
    let sql = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE $1";
    let own: i64 = sqlx::query_scalar(sql).bind(OWN_STATEMENT).fetch_one(&mut pooled).await?;
    if own > 0 {
        return refused(
            "it does not carry prepared statements from one session to another. Use PgBouncer 1.21 or later \
                        with max_prepared_statements = 200"
                .to_owned(),
        );
    }

    let sql = "SELECT current_schema() || '.' || feed_id FROM store_state";
    let through: String = sqlx::query_scalar(sql).fetch_one(&mut pooled).await?;
    let directly: String = sqlx::query_scalar(sql).fetch_one(direct).await?;
    if through != directly {
        return refused("it leads to another store than pooler.direct_database".to_owned());
    }
    close(pooled).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::OpenError;
    use crate::store::conformance::postgres::new_url;
    use crate::store::conformance::postgres_server::server;
    use crate::store::postgres::{PostgresOptions, PostgresStore};

    #[test]
    fn the_documented_statements_are_those_that_are_needed() {
        let page = include_str!("../../../docs/scaling.md");
        let documented =
            page.lines().filter(|line| line.starts_with("ALTER ROLE news_app SET ") && line.ends_with(';'));
        let needed = REQUEST_SETTINGS.map(|(name, value)| format!("ALTER ROLE news_app SET {name} = '{value}';"));
        assert_eq!(documented.collect::<Vec<_>>(), needed);
    }

    async fn refusal(url: &str, direct: &str) -> String {
        let options = PostgresOptions::from_url(url).and_then(|options| options.with_direct_url(direct));
        match PostgresStore::open(options.expect("URLs")).await {
            Err(OpenError::Io { reason, .. }) => reason,
            other => panic!("{:?}", other.map(|_| "a store")),
        }
    }

    #[tokio::test]
    async fn what_would_go_wrong_behind_a_pooler_is_refused() {
        let Some(url) = new_url().await else { return };
        let reason = refusal(&url, &url).await;
        assert!(reason.contains("settings") && reason.contains("SET enable_seqscan = 'off';"), "{reason}");

        let schema = url.rsplit_once('=').expect("the name of its sessions").1;
        let role = format!("behind_{schema}");
        let settings = REQUEST_SETTINGS.map(|(name, value)| format!("ALTER ROLE {role} SET {name} = '{value}';"));
        let create = format!("CREATE ROLE {role} LOGIN SUPERUSER; {}", settings.concat());
        server().expect("it runs").run(&create);
        let by_role = format!("{url}&user={role}");
        let reason = refusal(&by_role, &url).await;
        assert!(reason.contains("max_prepared_statements"), "{reason}");
    }
}
