//! The commands besides `serve`: what they print, and with which code they end.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::domain::{Currency, Problem, Role, StationId};
use crate::server::jobs::due::Due;
use crate::server::jobs::escalation::Escalation;
use crate::server::jobs::expiry::Expiry;
use crate::server::jobs::floor::Floor;
use crate::server::jobs::services::HalfHours;
use crate::server::jobs::waitlist::Offers;
use crate::server::service::announce::{announce, audience};
use crate::server::service::appoint::{Appointment, appoint};
use crate::server::service::plans;
use crate::server::{App, check, demo, jobs};

/// Whom to make an account for.
#[derive(Args, Clone, Debug)]
pub struct NewUser {
    /// customer, attendant, lead, operator or admin
    #[arg(long)]
    role: Role,
    /// The address to sign in with
    #[arg(long)]
    email: String,
    /// What to call the person
    #[arg(long)]
    name: String,
    /// The password; read from standard input unless given
    #[arg(long, env = "VOLTBAY_NEW_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// For operators: the company, made when there is none of this name
    #[arg(long)]
    operator: Option<String>,
    /// For a company that is made: the currency it counts in
    #[arg(long, default_value = "INR")]
    currency: Currency,
    /// For attendants and leads: a station to work at; may be repeated
    #[arg(long = "station-id")]
    stations: Vec<i64>,
}

/// What to send, how often.
#[derive(Args, Clone, Debug)]
pub struct Broadcast {
    /// Only this station; all unless given
    #[arg(long)]
    station_id: Option<i64>,
    /// So many rounds
    #[arg(long, default_value_t = 1)]
    count: u32,
    /// A pause between two rounds, in milliseconds
    #[arg(long, default_value_t = 0)]
    interval_ms: u64,
}

/// Loads the demo network and prints with whom one can try it.
pub async fn seed(app: &App) -> anyhow::Result<ExitCode> {
    let accounts = demo::load(app).await?;
    println!("The demo network is loaded. Sign in as");
    for account in accounts {
        println!(
            "  {:<26} {:<14} {}",
            account.email, account.password, account.role
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes an account.
pub async fn create_user(app: &App, new: NewUser) -> anyhow::Result<ExitCode> {
    let password = match new.password {
        Some(password) => password,
        None => asked_password()?,
    };
    let appointment = Appointment {
        role: new.role,
        name: new.name,
        email: new.email,
        password,
        company: new.operator,
        currency: new.currency,
        stations: new.stations.into_iter().map(StationId).collect(),
    };
    match appoint(app, appointment).await {
        Ok(id) => println!("Made account {id}, {}.", new.role),
        Err(Problem::Invalid { errors }) => {
            for error in errors {
                eprintln!("voltbay: --{}: {}", error.field, error.detail);
            }
            return Ok(ExitCode::FAILURE);
        }
        Err(problem) => return Err(problem.into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn asked_password() -> anyhow::Result<String> {
    let input = std::io::stdin().lock();
    if input.is_terminal() {
        eprint!("Password (it will be seen): ");
    }
    let line = input.lines().next().transpose()?;
    Ok(line.unwrap_or_default())
}

/// Carries out everything that is due.
pub async fn sweep(app: &App) -> anyhow::Result<ExitCode> {
    let steps = [
        all(app, Expiry::sweep).await?,
        all(app, jobs::payments::sweep).await?,
        all(app, Floor::sweep).await?,
        all(app, HalfHours::sweep).await?,
        all(app, Offers::sweep).await?,
        all(app, Escalation::sweep).await?,
        all(app, plans::end_due).await?,
    ];
    let steps: usize = steps.iter().sum();
    println!("Carried out {steps} due steps.");
    Ok(ExitCode::SUCCESS)
}

/// Round after round, until nothing is left. Answers how many steps that were.
async fn all(app: &App, round: impl AsyncFn(&App) -> Result<usize, Problem>) -> Result<usize, Problem> {
    let mut steps = 0;
    loop {
        match round(app).await? {
            0 => return Ok(steps),
            more => steps += more,
        }
    }
}

/// Prints every contradiction in the database, one a line.
pub async fn check(app: &App) -> anyhow::Result<ExitCode> {
    let findings = check::findings(app).await?;
    if findings.is_empty() {
        println!("No drift found.");
        return Ok(ExitCode::SUCCESS);
    }
    for finding in &findings {
        println!("{finding}");
    }
    eprintln!("voltbay: {} contradictions found", findings.len());
    Ok(ExitCode::FAILURE)
}

/// Sends the true counts of one station or of all to everybody who watches.
pub async fn test_broadcast(app: &App, broadcast: Broadcast) -> anyhow::Result<ExitCode> {
    let stations = match audience(app, broadcast.station_id.map(StationId)).await {
        Ok(stations) => stations,
        Err(Problem::NotFound { .. }) => Vec::new(),
        Err(problem) => return Err(problem.into()),
    };
    if stations.is_empty() {
        match broadcast.station_id {
            Some(id) => println!("Station with ID {id} not found"),
            None => println!("No stations found in database"),
        }
        return Ok(ExitCode::FAILURE);
    }
    for round in 0..broadcast.count {
        if round > 0 {
            tokio::time::sleep(Duration::from_millis(broadcast.interval_ms)).await;
        }
        if let (Some(_), [(station, name)]) = (broadcast.station_id, stations.as_slice()) {
            println!("Broadcasting update for station: {name}");
            announce(app, *station).await?;
            println!("✓ Inventory update broadcasted successfully");
            continue;
        }
        println!("Broadcasting updates for {} stations", stations.len());
        for (station, name) in &stations {
            announce(app, *station).await?;
            println!("✓ Broadcasted update for: {name}");
        }
        println!("✓ All updates broadcasted successfully");
    }
    Ok(ExitCode::SUCCESS)
}
