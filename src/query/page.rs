//! Order, page size and cursor of a search.

use crate::article::{ArticleName, Timestamp};

/// The default page size.
const DEFAULT_PAGE_SIZE: u32 = 50;

/// The largest page size.
const MAX_PAGE_SIZE: u32 = 1000;

/// A page's size, 1 to 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(u32);

impl Default for PageSize {
    fn default() -> Self {
        Self(DEFAULT_PAGE_SIZE)
    }
}

impl PageSize {
    /// 0 means the default, a larger size is reduced to the maximum, and a negative size is refused.
    pub fn new(requested: i32) -> Option<Self> {
        match u32::try_from(requested).ok()? {
            0 => Some(Self(DEFAULT_PAGE_SIZE)),
            size => Some(Self(size.min(MAX_PAGE_SIZE))),
        }
    }

    /// The number of articles.
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// The order of an answer. The last key is always the name, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The time that sorts first.
    pub key: OrderKey,
    pub(crate) descending: bool,
}

/// A time to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum OrderKey {
    EffectiveTime,
    CreateTime,
    UpdateTime,
}

impl Default for Order {
    fn default() -> Self {
        Self { key: OrderKey::EffectiveTime, descending: true }
    }
}

impl Order {
    /// Reads `order_by`: one of the three times, with or without `desc`; empty is the default.
    pub fn parse(order_by: &str) -> Option<Self> {
        let mut words = order_by.split_whitespace();
        let Some(key) = words.next() else { return Some(Self::default()) };
        let key = match key {
            "effective_time" => OrderKey::EffectiveTime,
            "create_time" => OrderKey::CreateTime,
            "update_time" => OrderKey::UpdateTime,
            _ => return None,
        };
        let descending = match words.next() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return None,
        };
        words.next().is_none().then_some(Self { key, descending })
    }
}

/// Where a page ended: the next one begins after the article that had these keys. It names no row, so it holds when
/// that article is changed or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The value of the order's key, in microseconds as stored.
    pub time: Timestamp,
    /// The last key of every order.
    pub name: ArticleName,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_sizes() {
        assert_eq!(PageSize::new(0).map(PageSize::get), Some(50));
        assert_eq!(PageSize::new(7).map(PageSize::get), Some(7));
        assert_eq!(PageSize::new(i32::MAX).map(PageSize::get), Some(1000));
        assert_eq!(PageSize::new(-1), None);
    }

    #[test]
    fn orders() {
        assert_eq!(Order::parse(""), Some(Order::default()));
        assert_eq!(Order::parse(" effective_time  desc "), Some(Order::default()));
        assert_eq!(Order::parse("create_time"), Some(Order { key: OrderKey::CreateTime, descending: false }));
        for bad in ["headline", "create_time down", "create_time desc desc", "create_time, name", "DESC"] {
            assert_eq!(Order::parse(bad), None, "{bad}");
        }
    }
}
