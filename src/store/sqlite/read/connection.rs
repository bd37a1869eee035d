//! A reading connection: its statements run on the calling thread, which costs less than a page's statements do on a thread of
//! their own, and their rows are read where SQLite has them, without a copy.
//!
//! Owns how statements are run and columns are read; `connect` has the settings of the connection.

use rusqlite::types::{FromSqlResult, ValueRef};
use rusqlite::{CachedStatement, Connection, Params, Row, Rows};

use crate::store::sqlite::error::SqliteError;

pub(crate) struct ReadConnection(Connection);

impl ReadConnection {
    pub(in crate::store::sqlite) fn new(connection: Connection) -> Self {
        Self(connection)
    }

    /// Whether a transaction is open.
    pub(crate) fn is_in_transaction(&self) -> bool {
        !self.0.is_autocommit()
    }

    /// A statement, which is prepared at its first use.
    pub(crate) fn statement(&self, sql: &str) -> Result<CachedStatement<'_>, SqliteError> {
        Ok(self.0.prepare_cached(sql)?)
    }

    /// Executes a statement without rows or parameters.
    pub(crate) fn execute(&self, sql: &str) -> Result<(), SqliteError> {
        self.statement(sql)?.execute([])?;
        Ok(())
    }

    /// The integer in the only column of the only row.
    pub(crate) fn integer(&self, sql: &str, parameters: impl Params) -> Result<i64, SqliteError> {
        Ok(self.statement(sql)?.query_row(parameters, |row| row.get(0))?)
    }

    /// The integers in the only column.
    pub(crate) fn integers(&self, sql: &str, parameters: impl Params) -> Result<Vec<i64>, SqliteError> {
        let mut statement = self.statement(sql)?;
        let mut rows = statement.query(parameters)?;
        collect(&mut rows, |row| Ok(row.get(0)?))
    }
}

/// Reads all rows.
pub(crate) fn collect<T>(
    rows: &mut Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T, SqliteError>,
) -> Result<Vec<T>, SqliteError> {
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// The value of a column, borrowed from the row.
pub(crate) trait ColumnValue<'r>: Sized {
    fn of(value: ValueRef<'r>) -> FromSqlResult<Self>;
}

impl ColumnValue<'_> for i64 {
    fn of(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64()
    }
}

impl<'r> ColumnValue<'r> for &'r [u8] {
    fn of(value: ValueRef<'r>) -> FromSqlResult<Self> {
        value.as_blob()
    }
}

impl<'r> ColumnValue<'r> for &'r str {
    fn of(value: ValueRef<'r>) -> FromSqlResult<Self> {
        value.as_str()
    }
}

impl<'r, T: ColumnValue<'r>> ColumnValue<'r> for Option<T> {
    fn of(value: ValueRef<'r>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Null => Ok(None),
            value => T::of(value).map(Some),
        }
    }
}

/// Where a statement has a column. It is looked for from the place after the last one, as most columns are read in their order.
pub(crate) fn column_after(
    statement: &rusqlite::Statement<'_>,
    last: Option<usize>,
    name: &str,
) -> Result<usize, rusqlite::Error> {
    let next = last.map_or(0, |last| last + 1);
    match statement.column_name(next) {
        Ok(found) if found == name => Ok(next),
        _ => statement.column_index(name),
    }
}

/// Defines a struct of columns by name, and a second one that says where a statement has them: names are looked up once for each
/// use of a statement, as that takes as long as reading a short row.
macro_rules! columns_struct {
    ($(#[$meta:meta])* struct $name:ident<$life:lifetime> at $at:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        struct $name<$life> { $($field: $type,)* }

        #[derive(Clone, Copy, Debug)]
        struct $at { $($field: usize,)* }

        impl $at {
            fn of(statement: &rusqlite::Statement<'_>) -> Result<Self, rusqlite::Error> {
                let mut last = None;
                $(
                    let $field = $crate::store::sqlite::read::connection::column_after(statement, last, stringify!($field))?;
                    last = Some($field);
                )*
                let _ = last;
                Ok(Self { $($field,)* })
            }

            fn read<$life>(&self, row: &$life rusqlite::Row<'_>) -> Result<$name<$life>, rusqlite::Error> {
                Ok($name {
                    $($field: $crate::store::sqlite::read::connection::ColumnValue::of(row.get_ref(self.$field)?)?,)*
                })
            }
        }
    };
}

pub(in crate::store::sqlite) use columns_struct;
