//! Passes many values as one JSON parameter of a statement, which reads them with `json_each`.

use serde::Serialize;

/// Numbers or strings, or arrays of them, as a JSON array.
pub(super) fn json_list<T: Serialize>(values: &[T]) -> String {
    // Serializing these types cannot fail.
    serde_json::to_string(values).unwrap_or_default()
}
