//! The command line: what each command is called, takes and prints. What a command does is done elsewhere.

use std::process::ExitCode;
use std::sync::Arc;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand};

use super::config::Config;
use super::{App, Server, SystemClock, telemetry};

mod commands;

/// A live battery-swap network
#[derive(Parser, Debug)]
#[command(name = "voltbay", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    config: Config,
}

#[derive(Subcommand, Clone, Debug)]
enum Command {
    /// Serve pages, API and sockets (the default); brings the database up to date first
    Serve,
    /// Bring the database up to date and end
    Migrate,
    /// Load the sample network and print who can sign in to it; a second time changes nothing
    Seed {
        /// Needed: its accounts have a password that everybody knows
        #[arg(long, required = true)]
        demo: bool,
    },
    /// Make an account for staff, an operator or an administrator
    CreateUser(commands::NewUser),
    /// Carry out every timer that is due, once, and end
    Sweep,
    /// Report every contradiction between holds, bookings, slots, payments and events; fails if there is one
    Check,
    /// Send true counts to every screen, to see that they arrive
    TestBroadcast(commands::Broadcast),
}

/// Reads `.env` and the command line, carries the command out and tells how it went.
pub fn main() -> ExitCode {
    if let Err(complaint) = read_env_file() {
        return fail(&complaint);
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(error),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(carry_out(cli)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => fail(&format!("{error:#}")),
    }
}

async fn carry_out(cli: Cli) -> anyhow::Result<ExitCode> {
    telemetry::start_logging(cli.config.log_format);
    let command = cli.command.unwrap_or(Command::Serve);
    if let Command::Serve = command {
        Server::bind(cli.config, Arc::new(SystemClock))
            .await?
            .run()
            .await?;
        return Ok(ExitCode::SUCCESS);
    }
    let app = App::open(cli.config, Arc::new(SystemClock)).await?;
    let code = match command {
        Command::Serve | Command::Migrate => {
            println!("The database is up to date.");
            ExitCode::SUCCESS
        }
        Command::Seed { .. } => commands::seed(&app).await?,
        Command::CreateUser(new) => commands::create_user(&app, new).await?,
        Command::Sweep => commands::sweep(&app).await?,
        Command::Check => commands::check(&app).await?,
        Command::TestBroadcast(broadcast) => commands::test_broadcast(&app, broadcast).await?,
    };
    app.db.close().await;
    Ok(code)
}

fn read_env_file() -> Result<(), String> {
    match dotenvy::from_path(".env") {
        Ok(()) => Ok(()),
        Err(dotenvy::Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(format!(".env cannot be read: {error}")),
    }
}

fn fail(complaint: &str) -> ExitCode {
    eprintln!("voltbay: {complaint}");
    ExitCode::FAILURE
}

/// A wrong value is told in one line that names its setting; help and versions as clap writes them.
fn refuse(error: clap::Error) -> ExitCode {
    let wrong_value = matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation);
    let named = (
        error.get(ContextKind::InvalidArg),
        error.get(ContextKind::InvalidValue),
    );
    let (true, (Some(ContextValue::String(flag)), Some(ContextValue::String(value)))) = (wrong_value, named)
    else {
        let code = error.exit_code();
        // Nobody to tell if even that cannot be printed.
        let _ = error.print();
        return ExitCode::from(u8::try_from(code).unwrap_or(2));
    };
    let why = std::error::Error::source(&error).map_or_else(|| choices(&error), ToString::to_string);
    eprintln!("voltbay: {} cannot be \"{value}\": {why}", setting(flag));
    ExitCode::from(2)
}

/// The environment variable behind a flag as clap names it, like `--hold-ttl <DURATION>`.
fn setting(flag: &str) -> String {
    let flag = flag.split(' ').next().unwrap_or(flag);
    let command = <Cli as clap::CommandFactory>::command();
    let argument = command.get_arguments().find(|argument| {
        argument
            .get_long()
            .is_some_and(|long| flag.strip_prefix("--") == Some(long))
    });
    let variable = argument
        .and_then(clap::Arg::get_env)
        .and_then(std::ffi::OsStr::to_str);
    variable.map_or_else(|| flag.to_owned(), |variable| format!("{variable} ({flag})"))
}

fn choices(error: &clap::Error) -> String {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(choices)) => format!("choose {}", choices.join(" or ")),
        _ => "that is no such value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn every_setting_has_a_variable() {
        for argument in <Cli as clap::CommandFactory>::command().get_arguments() {
            if !matches!(argument.get_id().as_str(), "help" | "version") {
                assert!(argument.get_env().is_some(), "{}", argument.get_id());
            }
        }
    }

    #[test]
    fn a_flag_is_named_by_its_variable() {
        assert_eq!(setting("--hold-ttl <DURATION>"), "VOLTBAY_HOLD_TTL (--hold-ttl)");
    }
}
