//! Settings: flags override `ARTICLED_*` environment variables, which override the TOML file of `--config`.
//!
//! A setting is an argument that also has an environment variable. Its key in the file is the name of its flag with `_`
//! instead of `-`. The values in the file become the defaults of the arguments, so that they are validated and reported like
//! flags. The tables in the file are further settings of the server, which `serve` reads.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{Arg, Command, CommandFactory, FromArgMatches};
use toml::{Table, Value};

use super::arguments::Arguments;
use super::variables;

/// Reads arguments, environment variables and the settings file. Also returns the tables of the file.
pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<(Arguments, Table), clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parse = |mut command: Command| {
        let mut matches = command.try_get_matches_from_mut(&arguments)?;
        Arguments::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    };
    let without_file = parse(Arguments::command())?;
    if let Some(name) = variables::unknown(&Arguments::command(), std::env::vars_os()) {
        let what = format!("the variable {name} is not a setting; `articled serve --help` lists the settings");
        return Err(Arguments::command().error(ErrorKind::UnknownArgument, what));
    }
    let Some(path) = &without_file.config else { return Ok((without_file, Table::new())) };
    let fail = |what: String| {
        let what = format!("--config {}: {what}", path.display());
        Arguments::command().error(ErrorKind::InvalidValue, what)
    };
    let (tables, settings) = split(file(path).map_err(fail)?).map_err(fail)?;
    let command = with_defaults(Arguments::command(), &settings).map_err(fail)?;
    Ok((parse(command)?, tables))
}

fn file(path: &Path) -> Result<Table, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))?;
    text.parse().map_err(|error| format!("is not TOML: {error}"))
}

/// A key of the file, and its value in the form of a flag's value.
type Setting = (String, String);

fn split(file: Table) -> Result<(Table, Vec<Setting>), String> {
    let (tables, settings): (Table, Table) = file.into_iter().partition(|(_, value)| value.is_table());
    let settings = settings.into_iter().map(|(key, value)| match value {
        Value::String(text) => Ok((key, text)),
        Value::Array(_) => Err(format!("{key} must be a single value")),
        other => Ok((key, other.to_string())),
    });
    Ok((tables, settings.collect::<Result<_, _>>()?))
}

fn with_defaults(command: Command, settings: &[Setting]) -> Result<Command, String> {
    let unknown = settings.iter().find(|(key, _)| !has_setting(&command, key));
    if let Some((key, _)) = unknown {
        return Err(format!("{key} is not a setting; `articled serve --help` lists the settings"));
    }
    Ok(set_defaults(command, settings))
}

fn set_defaults(command: Command, settings: &[Setting]) -> Command {
    let set = |arg: Arg| match settings.iter().find(|(key, _)| is_setting(&arg, key)) {
        Some((_, value)) => arg.default_value(value.clone()),
        None => arg,
    };
    command.mut_args(set).mut_subcommands(|subcommand| set_defaults(subcommand, settings))
}

fn has_setting(command: &Command, key: &str) -> bool {
    command.get_arguments().any(|arg| is_setting(arg, key))
        || command.get_subcommands().any(|subcommand| has_setting(subcommand, key))
}

fn is_setting(arg: &Arg, key: &str) -> bool {
    // A settings file must not refer to another settings file.
    arg.get_env().is_some() && key != "config" && arg.get_long().is_some_and(|long| long.replace('-', "_") == key)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::cli::arguments::Command as Chosen;

    fn server_of(arguments: &[&str], file: &str) -> Result<String, String> {
        let mut config = tempfile::NamedTempFile::new().expect("a file");
        config.write_all(file.as_bytes()).expect("written");
        let path = config.path().to_str().expect("a plain path");
        let line = ["articled", "--config", path].into_iter().chain(arguments.iter().copied());
        match read(line.map(OsString::from)) {
            Ok((Arguments { command: Chosen::Get(get), .. }, _)) => Ok(get.server.url().to_owned()),
            Ok(other) => panic!("not get: {other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn flags_override_the_file() {
        let file = "server = \"http://file.example\"";
        assert_eq!(server_of(&["get", "a"], file).as_deref(), Ok("http://file.example"));
        let flag = ["get", "a", "--server", "http://flag.example"];
        assert_eq!(server_of(&flag, file).as_deref(), Ok("http://flag.example"));
        assert_eq!(server_of(&["get", "a"], "").as_deref(), Ok("http://127.0.0.1:50051"));
    }

    #[test]
    fn a_wrong_file_is_refused_with_the_reason() {
        let check = |file: &str, reason: &str| {
            let error = server_of(&["get", "a"], file).expect_err(file);
            assert!(error.contains(reason), "{error}");
        };
        check("sever = 1", "sever is not a setting");
        check("server = ", "is not TOML");
        check("server = ['a']", "server must be a single value");
        check("name = 'a'", "name is not a setting");
        check("config = 'a'", "config is not a setting");
        check("log_format = 'xml'", "--log-format");
    }

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }
}
