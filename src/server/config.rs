//! Every setting, with its default: this file is the manual, and `voltbay serve --help` prints it.
//!
//! A setting comes from the command line, from the environment or from a file `.env` in the working folder,
//! in this order. It does not know what its settings are used for.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use clap::{Arg, ArgMatches, Args, FromArgMatches, ValueEnum};

use crate::domain::timer::parse_duration;
use crate::domain::{Timer, Timers};

/// How this installation is set up.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings")]
pub struct Config {
    /// Where it listens
    #[arg(long, env = "VOLTBAY_ADDR", default_value = "127.0.0.1:3000", global = true)]
    pub addr: SocketAddr,
    /// `sqlite:path`, created with its folder when missing, or `postgres://user:password@host/name`
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite:data/voltbay.db",
        hide_env_values = true,
        global = true
    )]
    pub database_url: DatabaseUrl,
    /// `redis://…`, for several processes on one database; one process needs none
    #[arg(long, env = "REDIS_URL", hide_env_values = true, global = true)]
    pub redis_url: Option<String>,
    /// What people type to get here, like `https://swap.example.org`; https makes the session cookie `Secure`
    /// [default: http:// and the address it listens on]
    #[arg(long, env = "VOLTBAY_PUBLIC_URL", global = true)]
    pub public_url: Option<Origin>,
    /// Other sites whose pages may call this server, separated by commas
    #[arg(long, env = "VOLTBAY_ALLOWED_ORIGINS", value_delimiter = ',', global = true)]
    pub allowed_origins: Vec<Origin>,
    /// Proxies in front of this server, separated by commas: their `X-Forwarded-For` is believed
    #[arg(long, env = "VOLTBAY_TRUSTED_PROXIES", value_delimiter = ',', global = true)]
    pub trusted_proxies: Vec<IpAddr>,
    /// Limits of requests and sign-in attempts; off only for load tests
    #[arg(
        long,
        env = "VOLTBAY_RATE_LIMIT",
        value_enum,
        default_value = "on",
        global = true
    )]
    pub rate_limit: Switch,
    /// Open connections allowed from one address
    #[arg(
        long,
        env = "VOLTBAY_MAX_CONNECTIONS_PER_IP",
        default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(1..),
        global = true
    )]
    pub max_connections_per_ip: u32,
    /// Open sockets allowed to one person, over all her tabs and devices
    #[arg(
        long,
        env = "VOLTBAY_MAX_CONNECTIONS_PER_USER",
        default_value_t = 100,
        value_parser = clap::value_parser!(u32).range(1..),
        global = true
    )]
    pub max_connections_per_user: u32,
    /// Events of each live topic that are kept in memory, of all stations together four times as many: who was away for
    /// longer is served from the database
    #[arg(
        long,
        env = "VOLTBAY_EVENTS_IN_MEMORY",
        default_value_t = 1_024,
        value_parser = clap::value_parser!(u32).range(16..),
        global = true
    )]
    pub events_in_memory: u32,
    /// Lets the packs of the demo charge and customers come by: off, 1, or a speed such as 60
    #[arg(long, env = "VOLTBAY_SIMULATE", default_value = "off", global = true)]
    pub simulate: Speed,
    /// Who takes money by card and QR: `none`, `test` (the built-in test service: no money moves), or `auto`: test
    /// where the demo network is loaded, else none
    #[arg(
        long,
        env = "VOLTBAY_PAYMENT_PROVIDER",
        value_enum,
        default_value = "auto",
        global = true
    )]
    pub payment_provider: ProviderChoice,
    /// With which the payment service signs its callbacks; several processes need the same
    /// [default: one that only this process knows]
    #[arg(long, env = "VOLTBAY_PAYMENT_SECRET", hide_env_values = true, global = true)]
    pub payment_secret: Option<String>,
    /// Where the built pages' files are [default: target/site]
    #[arg(long, env = "VOLTBAY_SITE", global = true)]
    pub site: Option<PathBuf>,
    /// How log lines are written; what is logged is said by `RUST_LOG` (info)
    #[arg(
        long,
        env = "VOLTBAY_LOG_FORMAT",
        value_enum,
        default_value = "text",
        global = true
    )]
    pub log_format: LogFormat,
    /// Lengths of all timers.
    #[command(flatten)]
    pub timers: TimerSettings,
}

impl Config {
    /// The origin that people type.
    pub fn public_origin(&self) -> Origin {
        let own = || Origin(format!("http://{}", self.addr));
        self.public_url.clone().unwrap_or_else(own)
    }

    /// Whether people reach this server over TLS.
    pub fn is_https(&self) -> bool {
        self.public_url
            .as_ref()
            .is_some_and(|origin| origin.0.starts_with("https://"))
    }
}

/// `sqlite:…` or `postgres://…`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address, with its password.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if known.iter().any(|start| text.starts_with(start)) {
            return Ok(Self(text.to_owned()));
        }
        Err("a database is named like sqlite:data/voltbay.db or postgres://user:password@host/name".into())
    }
}

/// Never prints the password.
impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.split(':').next().unwrap_or_default())
    }
}

/// Scheme, host and port of a site, in lower case and without a path: what browsers send as `Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Like `https://swap.example.org`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and port, like a request's `Host`.
    pub fn host(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, host)| host)
    }
}

impl FromStr for Origin {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let origin = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let host = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"))
            .unwrap_or_default();
        if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
            return Err("write a site as scheme, host and perhaps port, like https://swap.example.org");
        }
        let default_port = if origin.starts_with("https") {
            ":443"
        } else {
            ":80"
        };
        Ok(Self(
            origin.strip_suffix(default_port).unwrap_or(&origin).to_owned(),
        ))
    }
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// Who takes money by card and QR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProviderChoice {
    /// The test service where the demo is loaded.
    Auto,
    /// Nobody.
    None,
    /// The test service.
    Test,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// How fast the simulator runs, in times real time; `None` is off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed(pub Option<f64>);

impl FromStr for Speed {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if matches!(text, "off" | "0" | "") {
            return Ok(Self(None));
        }
        match text.parse() {
            Ok(speed) if (0.01..=100_000.0).contains(&speed) => Ok(Self(Some(speed))),
            _ => Err("write off, or a speed from 0.01 to 100000 times real time"),
        }
    }
}

/// One setting for every [`Timer`], made from the domain's own table.
#[derive(Clone, Debug, Default)]
pub struct TimerSettings(pub Timers);

/// Flag, variable and help of every timer; clap wants names that live as long as the program.
static TIMERS: LazyLock<Vec<(Timer, TimerNames)>> = LazyLock::new(|| {
    let named = |timer: Timer| (timer, TimerNames::of(timer));
    Timer::ALL.into_iter().map(named).collect()
});

struct TimerNames {
    flag: String,
    variable: String,
    default: String,
}

impl TimerNames {
    fn of(timer: Timer) -> Self {
        Self {
            flag: timer.key().replace('_', "-"),
            variable: format!("VOLTBAY_{}", timer.key().to_uppercase()),
            default: written(timer.default_length()),
        }
    }
}

/// `1h30m`, as [`parse_duration`] reads it.
fn written(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        _ if seconds > 0 && seconds.is_multiple_of(86_400) => format!("{}d", seconds / 86_400),
        _ if seconds > 0 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

impl Args for TimerSettings {
    fn augment_args(command: clap::Command) -> clap::Command {
        let mut command = command.next_help_heading("Timers, durations like 20s, 5m or 1h30m");
        for (timer, names) in TIMERS.iter() {
            command = command.arg(
                Arg::new(timer.key())
                    .long(names.flag.as_str())
                    .env(names.variable.as_str())
                    .default_value(names.default.as_str())
                    .value_name("DURATION")
                    .value_parser(parse_duration)
                    .help(timer.meaning())
                    .global(true),
            );
        }
        command
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for TimerSettings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut settings = Self::default();
        settings.update_from_arg_matches(matches)?;
        Ok(settings)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for timer in Timer::ALL {
            if let Some(length) = matches.get_one::<Duration>(timer.key()) {
                self.0.set(timer, *length);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        let origin = |text: &str| text.parse::<Origin>().map(|origin| origin.0);
        assert_eq!(
            origin("https://Swap.Example.org/"),
            Ok("https://swap.example.org".into())
        );
        assert_eq!(origin("http://localhost:80"), Ok("http://localhost".into()));
        assert_eq!(
            origin("http://127.0.0.1:3000"),
            Ok("http://127.0.0.1:3000".into())
        );
        for wrong in ["", "swap.example.org", "https://", "https://a/b", "ftp://a"] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_simulator_is_off_or_has_a_speed() {
        assert_eq!("off".parse(), Ok(Speed(None)));
        assert_eq!("60".parse(), Ok(Speed(Some(60.0))));
        for wrong in ["on", "-1", "inf", "NaN"] {
            assert!(wrong.parse::<Speed>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_default_of_every_timer_is_written_so_that_it_can_be_read() {
        for timer in Timer::ALL {
            assert_eq!(
                parse_duration(&written(timer.default_length())),
                Ok(timer.default_length())
            );
        }
    }
}
