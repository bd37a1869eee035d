//! Many values as one parameter of a statement, which takes them apart again with `json_each`.

use serde::Serialize;

/// Numbers or strings, or arrays of them, as a JSON array.
pub(super) fn json_list<T: Serialize>(values: &[T]) -> String {
    // Nothing of these fails to be written.
    serde_json::to_string(values).unwrap_or_default()
}
