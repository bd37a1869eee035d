//! Store URLs as they may be shown: the URL of a database may hold a password.

use url::Url;

use super::postgres::is_parameter;

/// What stands in the place of a password.
const HIDDEN: &str = "***";

/// The URL without its password, for output and logs.
pub fn without_password(database: &str) -> String {
    if database.starts_with("sqlite:") {
        return database.to_owned();
    }
    match Url::parse(database) {
        Ok(url) if url.has_host() => hidden(url, database),
        // It may be a URL with a mistake, so nothing is known of where its password is.
        _ if database.contains('@') || database.contains("password") => {
            let scheme = database.split(':').next().unwrap_or_default();
            format!("{scheme}:{HIDDEN}")
        }
        _ => database.to_owned(),
    }
}

fn hidden(mut url: Url, database: &str) -> String {
    // A parameter that is not known may be a misspelt password.
    let is_secret = |key: &str| key == "password" || !is_parameter(key);
    let has_secret = url.query_pairs().any(|(key, _)| is_secret(&key));
    if url.password().is_none() && !has_secret {
        return database.to_owned();
    }
    if url.password().is_some() {
        // It only fails for URLs that cannot have one.
        _ = url.set_password(Some(HIDDEN));
    }
    if has_secret {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let shown = pairs.iter().map(|(key, value)| (key, if is_secret(key) { HIDDEN } else { value.as_str() }));
        url.query_pairs_mut().clear().extend_pairs(shown);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_passwords_wherever_they_stand() {
        for (database, shown) in [
            ("sqlite:a@b.db", "sqlite:a@b.db"),
            ("postgres://db/news", "postgres://db/news"),
            ("postgres://u@db:5432/news?sslmode=require", "postgres://u@db:5432/news?sslmode=require"),
            ("postgres://u:geheim@db/news", "postgres://u:***@db/news"),
            ("postgres://u:ge%40heim@db/news?sslmode=require", "postgres://u:***@db/news?sslmode=require"),
            ("postgres://db/news?user=u&password=geheim", "postgres://db/news?user=u&password=***"),
            ("postgres://db/news?user=u&pasword=geheim", "postgres://db/news?user=u&pasword=***"),
            ("postgrs://u:geheim@db/news", "postgrs://u:***@db/news"),
            ("postgres:u:geheim@db/news", "postgres:***"),
            ("postgres:/u:geheim@db", "postgres:***"),
            ("u:geheim@db", "u:***"),
            ("articled.db", "articled.db"),
        ] {
            assert_eq!(without_password(database), shown);
        }
    }
}
