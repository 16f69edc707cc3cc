//! The doors of the staff's sockets: the work at one station, at all of mine, or at all of an operator. On connect
//! everything that is to be done and everything not yet acknowledged is said, whatever the bookmark; then what
//! follows it.

use std::sync::Arc;

use super::bookmark;
use super::command::Speaker;
use super::entrance::{Caller, Entered};
use crate::domain::{OperatorId, Problem, Role, StationId};
use crate::protocol::frame::Welcome;
use crate::protocol::staff::StaffMessage;
use crate::protocol::{ClientMessage, ServerMessage, Topic};
use crate::server::App;
use crate::server::live::cursor::Bookmark;
use crate::server::live::follower::{Follower, Start};
use crate::server::live::followers::Followers;
use crate::server::live::{Audience, Seat};
use crate::server::service::tasks::{self, Deed, Place};
use crate::server::service::{Actor, staffing};

/// What an address names; nothing where it names no number.
pub fn station(id: &str) -> Option<Place> {
    id.parse().ok().map(|id| Place::Station(StationId(id)))
}

/// The same, of an operator.
pub fn operator(id: &str) -> Option<Place> {
    id.parse().ok().map(|id| Place::Operator(OperatorId(id)))
}

/// Who has no business there is refused.
pub async fn check(app: &App, actor: &Actor, place: Option<Place>) -> Result<(), Problem> {
    match place {
        Some(place) => tasks::may_watch(app, actor, place).await,
        None if actor.role.is_staff() => Ok(()),
        None => Err(Problem::forbidden("Only staff of this station may do that.")),
    }
}

/// Lets somebody in.
pub async fn enter(app: &App, caller: Caller, place: Option<Place>, seat: &Seat) -> Result<Entered, Problem> {
    let actor = caller.actor.ok_or(Problem::Unauthenticated)?;
    let place = place.ok_or_else(|| Problem::not_found("station"))?;
    let stations = tasks::stations_of(app, &actor, place).await?;
    if matches!(actor.role, Role::Attendant | Role::Lead) {
        for station in &stations {
            seat.depends_on(*station);
        }
        // Who was called back before the seat said so is not in the list of those whose sockets were closed.
        let posts = stations.iter().map(|station| (actor.user, *station)).collect();
        if !staffing::ended_among(app, posts).await?.is_empty() {
            return Err(Problem::Unauthenticated);
        }
        seat.stands_at(&stations);
        if place == Place::Mine {
            seat.follows_assignments();
        }
        let screens = stations.iter().map(|station| (actor.user, *station)).collect();
        tasks::renew_presence(app, screens).await?;
    }
    let topic = match place {
        Place::Mine => Topic::Staff(actor.user),
        Place::Station(station) => Topic::StationStaff(station),
        Place::Operator(operator) => Topic::Operator(operator),
    };
    let mut subscriptions = Vec::with_capacity(stations.len());
    for station in &stations {
        subscriptions.push(app.hub.subscribe(Topic::StationStaff(*station)).await?);
    }
    // Read after subscribing: what is committed in between is told twice rather than never.
    let floor = tasks::floor(app, &actor, &stations).await?;
    let at = floor.at.clone();
    let asked = bookmark::start(topic, &caller.asked);
    let first = match asked {
        Start::Now => Vec::new(),
        _ => floor.frames(),
    };
    let starts = |topic: Topic| match &asked {
        Start::Now => Start::Now,
        Start::After(epoch, bookmark) if bookmark.contains_key(&topic) => {
            let place = bookmark.get_key_value(&topic);
            let place: Bookmark = place.map(|(topic, seq)| (*topic, *seq)).into_iter().collect();
            Start::After(epoch.clone(), place)
        }
        _ => {
            let place = at.get_key_value(&topic);
            let place: Bookmark = place.map(|(topic, seq)| (*topic, *seq)).into_iter().collect();
            Start::After(None, place)
        }
    };
    let seq = match topic {
        Topic::StationStaff(_) => at.get(&topic).copied(),
        _ => None,
    };
    let follow = |(station, subscription)| {
        let start = starts(Topic::StationStaff(station));
        Follower::new(Arc::clone(&app.hub), subscription, Audience::Staff, start)
    };
    let followers = stations.iter().copied().zip(subscriptions).map(follow).collect();
    Ok(Entered {
        topic,
        welcome: welcome(app, topic, &actor, seq),
        first,
        follower: Followers::new(followers),
        speaker: Some(Speaker {
            actor: Arc::new(actor),
            topic,
            audience: Audience::Staff,
        }),
    })
}

fn welcome(app: &App, topic: Topic, actor: &Actor, seq: Option<u64>) -> ServerMessage {
    let group = match topic {
        Topic::StationStaff(id) => format!("station_{id}_staff"),
        Topic::Operator(id) => format!("operator_{id}"),
        _ => format!("staff_{}", actor.user),
    };
    ServerMessage::ConnectionEstablished(Welcome {
        message: format!("Connected to {group}"),
        station_id: match topic {
            Topic::StationStaff(id) => Some(Some(id)),
            _ => None,
        },
        user_id: Some(actor.user),
        booking_id: None,
        bay_id: None,
        session_id: None,
        group: Some(group),
        epoch: app.db.epoch().to_owned(),
        seq,
        server_time: app.clock.now(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Carries out what staff say.
pub async fn carry_out(
    app: &App,
    speaker: &Speaker,
    command: ClientMessage,
) -> Result<Option<ServerMessage>, Problem> {
    use crate::domain::AckVia::Socket;

    let actor = &speaker.actor;
    let answer = match (command, speaker.topic) {
        (ClientMessage::GetTasks, topic) => {
            let place = match topic {
                Topic::StationStaff(station) => Place::Station(station),
                Topic::Operator(operator) => Place::Operator(operator),
                _ => Place::Mine,
            };
            let stations = tasks::stations_of(app, actor, place).await?;
            let tasks = tasks::floor(app, actor, &stations).await?.tasks;
            StaffMessage::TasksList { tasks }
        }
        (ClientMessage::GetStatus, Topic::StationStaff(station)) => StaffMessage::StationOpsStatus {
            data: tasks::ops(app, actor, station).await?,
        },
        (
            ClientMessage::Acknowledge {
                task_id: Some(task), ..
            },
            _,
        ) => {
            let task = tasks::act(app, actor, task, Deed::Ack(Socket)).await?;
            StaffMessage::Acknowledged {
                task_id: Some(task.id),
                notification_id: None,
                by: task.acked_by.unwrap_or_else(|| actor.name.clone()),
                at: task.acked_at.unwrap_or_else(|| app.clock.now()),
                late_s: task.late_s,
            }
        }
        (
            ClientMessage::Acknowledge {
                notification_id: Some(id),
                ..
            },
            _,
        ) => StaffMessage::Acknowledged {
            task_id: None,
            notification_id: Some(id),
            by: actor.name.clone(),
            at: tasks::acknowledge_message(app, actor, id).await?,
            late_s: 0,
        },
        (ClientMessage::StartTask { task_id }, _) => {
            tasks::act(app, actor, task_id, Deed::Start(Socket)).await?;
            return Ok(None);
        }
        (ClientMessage::CompleteTask { task_id }, _) => {
            tasks::act(app, actor, task_id, Deed::Complete).await?;
            return Ok(None);
        }
        _ => return Err(Problem::forbidden("This socket takes no such command.")),
    };
    Ok(Some(answer.into()))
}
