//! The table of the role that each RPC needs. A method that is not in it is refused for every caller.

use crate::config::{Exposure, Role};

const ARTICLES: &str = "articled.v1.ArticleService";

/// The role that each method of the article service needs.
const ARTICLE_RULES: [(&str, Role); 13] = [
    ("ParseArticle", Role::Reader),
    ("GetArticle", Role::Reader),
    ("BatchGetArticles", Role::Reader),
    ("ListArticles", Role::Reader),
    ("FilterArticles", Role::Reader),
    ("ExportArticles", Role::Reader),
    ("WatchArticles", Role::Reader),
    ("IngestArticle", Role::Writer),
    ("ImportArticles", Role::Writer),
    ("CreateArticle", Role::Writer),
    ("UpdateArticle", Role::Writer),
    ("DeleteArticle", Role::Writer),
    ("ReparseArticle", Role::Writer),
];

/// Services without authorization: load balancers have no credentials, and health reveals only whether to send calls here.
const OPEN_SERVICES: [&str; 1] = ["grpc.health.v1.Health"];

const REFLECTION_SERVICES: [&str; 2] =
    ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];

/// Who may call a method; `None`: no caller.
pub(super) fn rule(service: &str, method: &str, reflection: Exposure) -> Option<Exposure> {
    if service == ARTICLES {
        return ARTICLE_RULES.iter().find(|(name, _)| *name == method).map(|(_, role)| Exposure::Role(*role));
    }
    if OPEN_SERVICES.contains(&service) {
        return Some(Exposure::Anyone);
    }
    REFLECTION_SERVICES.contains(&service).then_some(reflection).filter(|exposure| *exposure != Exposure::Off)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::descriptors;

    #[test]
    fn every_method_that_is_served_has_a_rule() {
        let mut served = 0;
        for (service, methods) in descriptors::services(true) {
            for method in methods {
                served += 1;
                let rule = rule(&service, &method.name, Exposure::Role(Role::Reader));
                assert!(rule.is_some(), "{service}/{} has no rule in src/server/auth/rules.rs", method.name);
            }
        }
        assert!(served > 15, "only {served} methods were found");
    }

    #[test]
    fn every_rule_is_of_a_method_that_is_served() {
        let services = descriptors::services(true);
        let (_, methods) = services.iter().find(|(service, _)| service == ARTICLES).expect("it is served");
        for (name, _) in ARTICLE_RULES {
            assert!(methods.iter().any(|method| method.name == name), "{name} is not served");
        }
        for service in OPEN_SERVICES.into_iter().chain(REFLECTION_SERVICES) {
            assert!(services.iter().any(|(name, _)| name == service), "{service} is not served");
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_refused() {
        assert_eq!(rule(ARTICLES, "PurgeEverything", Exposure::Anyone), None);
        assert_eq!(rule("articled.v1.OtherService", "GetArticle", Exposure::Anyone), None);
        let reflection = |exposure| rule(REFLECTION_SERVICES[0], "ServerReflectionInfo", exposure);
        assert_eq!(reflection(Exposure::Off), None);
        assert_eq!(reflection(Exposure::Anyone), Some(Exposure::Anyone));
    }
}
