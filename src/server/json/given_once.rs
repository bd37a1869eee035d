//! Refuses a message in JSON that gives a field twice, under one of its names or under both. prost-reflect would take the last.

use std::collections::HashSet;
use std::fmt;

use prost_reflect::{Kind, MessageDescriptor};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// `json` is a message of this type in JSON.
pub(super) fn check(message: &MessageDescriptor, json: &[u8]) -> serde_json::Result<()> {
    Message(message).deserialize(&mut serde_json::Deserializer::from_slice(json))
}

/// A message, or a list of them.
struct Message<'a>(&'a MessageDescriptor);

impl<'de> DeserializeSeed<'de> for Message<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Message<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.full_name())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut given = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let field = self.0.get_field_by_json_name(&name).or_else(|| self.0.get_field_by_name(&name));
            if let Some(field) = &field
                && !given.insert(field.number())
            {
                return Err(Error::custom(format!("the field {} is given twice", field.json_name())));
            }
            match field.filter(|field| !field.is_map()).map(|field| field.kind()) {
                Some(Kind::Message(message)) => map.next_value_seed(Message(&message))?,
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Message(self.0))?.is_some() {}
        Ok(())
    }

    // Types of protobuf itself are texts in JSON, such as a Timestamp.
    fn visit_str<E: Error>(self, _text: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::descriptors::{self, DESCRIPTORS};

    #[test]
    fn a_field_is_given_once() {
        let types = descriptors::pool(&DESCRIPTORS).expect("descriptors");
        let check = |message: &str, json: &str, twice: Option<&str>| {
            let message = types.get_message_by_name(&format!("articled.v1.{message}")).expect("a message");
            let error = check(&message, json.as_bytes()).err().map(|error| error.to_string());
            match twice {
                None => assert_eq!(error, None, "{json}"),
                Some(field) => {
                    let expected = format!("the field {field} is given twice");
                    assert!(error.as_ref().is_some_and(|error| error.starts_with(&expected)), "{json}: {error:?}");
                }
            }
        };
        check("ListArticlesRequest", r#"{"pageSize": 1, "pageToken": "", "filter": null}"#, None);
        check("ListArticlesRequest", r#"{"page_size": 1, "pageSize": 1}"#, Some("pageSize"));
        check("ListArticlesRequest", r#"{"pageSize": 1, "pageSize": 1}"#, Some("pageSize"));
        check("FilterArticlesRequest", r#"{"keywords": {"all": ["a"], "any": ["a"]}}"#, None);
        check("FilterArticlesRequest", r#"{"keywords": {"all": ["a"], "all": ["b"]}}"#, Some("all"));
        check("Article", r#"{"createTime": "2026-01-01T00:00:00Z", "dateline": null}"#, None);
        check("Article", r#"{"dateline": {"date": {"year": 1, "month": 2, "year": 3}}}"#, Some("year"));
        // Of lists of messages, each.
        check("BatchGetArticlesResponse", r#"{"articles": [{"name": "a"}, {"name": "b"}]}"#, None);
        check("BatchGetArticlesResponse", r#"{"articles": [{"name": "a", "name": "b"}]}"#, Some("name"));
        // The keys of a map are no names.
        check("Article", r#"{"labels": {"pageSize": "", "page_size": ""}}"#, None);
    }
}
