//! Settings: flags, then `ARTICLED_*` variables, then the TOML file of `--config`.
//!
//! A setting is an argument that also has a variable. Its key in the file is its flag's name with `_` for `-`. The file's
//! values become the arguments' defaults, so that each is checked, and named in an error, as the flag itself would be.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{Arg, Command, CommandFactory, FromArgMatches};

use super::Arguments;

/// Reads arguments, variables, and the file that they name.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parse = |mut command: Command| {
        let mut matches = command.try_get_matches_from_mut(&arguments)?;
        Arguments::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    };
    let without_file = parse(Arguments::command())?;
    let Some(path) = &without_file.config else { return Ok(without_file) };
    let fail = |what: String| {
        let what = format!("--config {}: {what}", path.display());
        Arguments::command().error(ErrorKind::InvalidValue, what)
    };
    let command = with_defaults(Arguments::command(), &file_settings(path).map_err(fail)?).map_err(fail)?;
    parse(command)
}

/// A key of the file, and its values as a flag would take them.
type Setting = (String, Vec<String>);

fn file_settings(path: &Path) -> Result<Vec<Setting>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))?;
    let table: toml::Table = text.parse().map_err(|error| format!("is not TOML: {error}"))?;
    table.into_iter().map(|(key, value)| Ok((key.clone(), values(&key, value)?))).collect()
}

fn values(key: &str, value: toml::Value) -> Result<Vec<String>, String> {
    match value {
        toml::Value::String(text) => Ok(vec![text]),
        toml::Value::Integer(number) => Ok(vec![number.to_string()]),
        toml::Value::Float(number) => Ok(vec![number.to_string()]),
        toml::Value::Boolean(truth) => Ok(vec![truth.to_string()]),
        toml::Value::Datetime(time) => Ok(vec![time.to_string()]),
        toml::Value::Array(items) => {
            items.into_iter().map(|item| values(key, item)).collect::<Result<Vec<_>, _>>().map(|items| items.concat())
        }
        toml::Value::Table(_) => Err(format!("{key} must not be a table: all settings stand at the top")),
    }
}

fn with_defaults(command: Command, settings: &[Setting]) -> Result<Command, String> {
    let unknown = settings.iter().find(|(key, _)| !has_setting(&command, key));
    if let Some((key, _)) = unknown {
        return Err(format!("{key} is no setting; `articled serve --help` lists them"));
    }
    Ok(set_defaults(command, settings))
}

fn set_defaults(command: Command, settings: &[Setting]) -> Command {
    let set = |arg: Arg| match settings.iter().find(|(key, _)| is_setting(&arg, key)) {
        Some((_, values)) => arg.default_values(values.clone()),
        None => arg,
    };
    command.mut_args(set).mut_subcommands(|subcommand| set_defaults(subcommand, settings))
}

fn has_setting(command: &Command, key: &str) -> bool {
    command.get_arguments().any(|arg| is_setting(arg, key))
        || command.get_subcommands().any(|subcommand| has_setting(subcommand, key))
}

fn is_setting(arg: &Arg, key: &str) -> bool {
    // A file that names another file would be one file too many.
    arg.get_env().is_some() && key != "config" && arg.get_long().is_some_and(|long| long.replace('-', "_") == key)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::cli::Command as Chosen;

    fn server_of(arguments: &[&str], file: &str) -> Result<String, String> {
        let mut config = tempfile::NamedTempFile::new().expect("a file");
        config.write_all(file.as_bytes()).expect("written");
        let path = config.path().to_str().expect("a plain path");
        let line = ["articled", "--config", path].into_iter().chain(arguments.iter().copied());
        match read(line.map(OsString::from)) {
            Ok(Arguments { command: Chosen::Get(get), .. }) => Ok(get.server.url().to_owned()),
            Ok(other) => panic!("not get: {other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn flags_go_before_the_file() {
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
        check("sever = 1", "sever is no setting");
        check("server = ", "is not TOML");
        check("[server]", "server must not be a table");
        check("name = 'a'", "name is no setting");
        check("config = 'a'", "config is no setting");
        check("log_format = 'xml'", "--log-format");
    }

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }
}
