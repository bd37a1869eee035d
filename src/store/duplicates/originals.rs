//! Maintains `duplicate_of`: for each article, the earliest stored article with nearly the same body.
//!
//! It depends on all stored articles, so a changed body re-evaluates it for the articles that it may affect. This does not
//! count as a change of those articles: their revision, etag and update time stay.

use std::collections::HashMap;

use crate::article::{Article, ArticleName};
use crate::store::duplicates::holders::{candidates, distinct_keys};
use crate::store::duplicates::{DuplicateStorage, Fingerprinted, Original, is_duplicate};
use crate::text::Fingerprint;

/// The names and fingerprints of candidates, by id.
pub(crate) type Similar = HashMap<i64, (ArticleName, Fingerprint)>;

impl Fingerprinted {
    fn is_near(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprint.as_ref().is_some_and(|own| is_duplicate(own, fingerprint))
    }
}

/// The earliest article before `id` with nearly this body.
pub(crate) async fn find<S: DuplicateStorage>(
    storage: &mut S,
    id: i64,
    fingerprint: Option<&Fingerprint>,
) -> Result<Option<Original>, S::Error> {
    let Some(fingerprint) = fingerprint else { return Ok(None) };
    let holders = storage.holders(&distinct_keys(Some(fingerprint)), id).await?;
    let candidates = candidates(fingerprint, &holders);
    let similar = fingerprints(storage, &candidates).await?;
    Ok(first_near(&candidates, &similar, fingerprint))
}

/// The first of some candidates with nearly this body.
pub(crate) fn first_near(candidates: &[i64], similar: &Similar, fingerprint: &Fingerprint) -> Option<Original> {
    candidates.iter().find_map(|id| {
        let (name, other) = similar.get(id)?;
        is_duplicate(other, fingerprint).then(|| (*id, name.clone()))
    })
}

/// The names and fingerprints of some articles, without those that are missing or have no fingerprint.
pub(crate) async fn fingerprints<S: DuplicateStorage>(storage: &mut S, ids: &[i64]) -> Result<Similar, S::Error> {
    if ids.is_empty() {
        return Ok(Similar::new());
    }
    let found = storage.fingerprinted(ids).await?.into_iter();
    Ok(found.filter_map(|it| Some((it.id, (it.name, it.fingerprint?)))).collect())
}

/// Whether the stored `duplicate_of` of an article is the original that its body has.
pub(crate) async fn is_right<S: DuplicateStorage>(
    storage: &mut S,
    id: i64,
    article: &Article,
    fingerprint: Option<&Fingerprint>,
) -> Result<bool, S::Error> {
    let original = find(storage, id, fingerprint).await?.map(|(_, name)| name);
    if original == article.duplicate_of {
        return Ok(true);
    }
    // Which of many similar articles are compared depends on what is stored at that time, so the result is the same only if
    // the earlier ones have not changed since. One that is set is near in any case.
    let Some(stored) = &article.duplicate_of else { return storage.have_earlier_changed(id).await };
    let found = storage.fingerprinted_by_name(stored).await?.filter(|found| found.id < id);
    Ok(found.zip(fingerprint).is_some_and(|(found, fingerprint)| found.is_near(fingerprint)))
}

/// Updates the duplicates of an article whose body was deleted or changed: each gets its next original. Returns their names.
pub(crate) async fn orphaned<S: DuplicateStorage>(storage: &mut S, original: i64) -> Result<Vec<String>, S::Error> {
    let mut settled = Vec::new();
    for orphan in storage.duplicates_of(original).await? {
        let next = find(storage, orphan.id, orphan.fingerprint.as_ref()).await?;
        storage.set_original(&orphan, next.as_ref()).await?;
        settled.push(orphan.name.id().to_owned());
    }
    Ok(settled)
}

/// Updates the articles stored after `id` that are near its new body and have no earlier original. Returns their names.
pub(crate) async fn adopt<S: DuplicateStorage>(
    storage: &mut S,
    original: &Original,
    fingerprint: Option<&Fingerprint>,
) -> Result<Vec<String>, S::Error> {
    let mut settled = Vec::new();
    let Some(fingerprint) = fingerprint else { return Ok(settled) };
    let (id, _) = *original;
    for later in storage.later_holders(&distinct_keys(Some(fingerprint)), id).await? {
        let has_earlier = later.original.is_some_and(|original| original < id);
        if !has_earlier && later.is_near(fingerprint) {
            storage.set_original(&later, Some(original)).await?;
            settled.push(later.name.id().to_owned());
        }
    }
    Ok(settled)
}
