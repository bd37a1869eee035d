//! Row structs for PostgreSQL: a statement's columns by name.

/// Defines a struct with a function `read`, which takes each field from the column of its name.
macro_rules! row_struct {
    ($($definition:tt)*) => {
        $crate::store::row_struct::row_struct_of! { sqlx::postgres::PgRow, $($definition)* }
    };
}

pub(in crate::store::postgres) use row_struct;
