//! Row structs: a statement's columns by name. A column that is renamed, or missing in a statement, is an error that names it.

/// Defines a struct with a function `read`, which takes each field from the column of its name.
macro_rules! row_struct {
    ($(#[$meta:meta])* struct $name:ident<$life:lifetime> { $($field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        struct $name<$life> { $($field: $type,)* }

        impl<$life> $name<$life> {
            fn read(row: &$life sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?,)* })
            }
        }
    };
    ($(#[$meta:meta])* struct $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        struct $name { $($field: $type,)* }

        impl $name {
            fn read(row: &sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?,)* })
            }
        }
    };
}

pub(in crate::store::sqlite) use row_struct;
