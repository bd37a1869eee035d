//! Row structs: a statement's columns by name. A column that is renamed, or missing in a statement, is an error that names it.

/// Defines a struct with a function `read`, which takes each field from the column of its name in a row of an engine.
macro_rules! row_struct_of {
    ($row:ty, $(#[$meta:meta])* struct $name:ident<$life:lifetime> { $($field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        struct $name<$life> { $($field: $type,)* }

        impl<$life> $name<$life> {
            fn read(row: &$life $row) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?,)* })
            }
        }
    };
    ($row:ty, $(#[$meta:meta])* struct $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        struct $name { $($field: $type,)* }

        impl $name {
            fn read(row: &$row) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?,)* })
            }
        }
    };
}

pub(in crate::store) use row_struct_of;
