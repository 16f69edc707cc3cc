//! A message on its way to the eye: from the frame to the inbox row, from the row to the toast, and which
//! symbol stands beside it. Pure.

use serde_json::Value;

use super::toasts::{Offer, Toast, Tone};
use crate::app::calls::waitlist::PLACES;
use crate::domain::{Level, NotificationKind};
use crate::protocol::ServerMessage;
use crate::protocol::rest::NotificationOut;

/// The toast of a message.
pub fn toast_of(notification: &NotificationOut) -> Toast {
    use NotificationKind as Kind;

    let show = place_of(notification).map(|href| Offer::Open {
        href,
        label: "Show booking",
    });
    let offer = match (notification.event, notification.booking_id) {
        (Kind::BookingExpiring, Some(booking)) => Some(Offer::Renew { booking }),
        (_, Some(_)) => show,
        (Kind::WaitlistOffer, None) => Some(Offer::Open {
            href: PLACES.to_owned(),
            label: "Accept or decline",
        }),
        (_, None) => None,
    };
    let about = notification
        .booking_id
        .map_or(notification.id.0, |booking| booking.0);
    Toast {
        tone: match notification.level {
            Level::Info | Level::Success => Tone::Plain,
            Level::Warning => Tone::Warn,
            Level::Error => Tone::Danger,
        },
        offer,
        stays: matches!(notification.event, Kind::BookingExpiring | Kind::WaitlistOffer)
            || notification.level == Level::Error,
        urgent: matches!(
            notification.event,
            Kind::BookingCancelled
                | Kind::BookingDeclined
                | Kind::BookingNoShow
                | Kind::BookingRenewFailed
                | Kind::WaitlistOffer
        ),
        notification: Some(notification.id),
        booking: notification.booking_id,
        ..Toast::plain(
            format!("{}:{about}", notification.event.as_str()),
            icon_of(notification.event),
            notification.message.replace('!', "."),
        )
    }
}

/// The page of what a message is about: for staff, who get a booking to prepare, the counter of its station.
pub fn place_of(notification: &NotificationOut) -> Option<String> {
    match (notification.booking_id, notification.station_id) {
        (Some(booking), Some(station))
            if matches!(
                notification.event,
                NotificationKind::NewBooking
                    | NotificationKind::CashWaiting
                    | NotificationKind::ServiceAssigned
                    | NotificationKind::TaskEscalated
            ) =>
        {
            Some(format!("/staff/stations/{station}?booking={booking}#open"))
        }
        _ if notification.event == NotificationKind::WaitlistOffer => Some(PLACES.to_owned()),
        _ if is_about_a_plan(notification.event) => Some("/plan".to_owned()),
        (None, Some(station))
            if matches!(
                notification.event,
                NotificationKind::EmployeeAssigned | NotificationKind::TaskEscalated
            ) =>
        {
            Some(format!("/staff/stations/{station}"))
        }
        (Some(booking), _) => Some(format!("/bookings/{booking}")),
        (None, Some(station)) => Some(format!("/stations/{station}")),
        // Payments that are not for a booking are for a plan.
        (None, None) if icon_of(notification.event) == "cash" => Some("/plan".to_owned()),
        (None, None) => None,
    }
}

fn is_about_a_plan(kind: NotificationKind) -> bool {
    matches!(
        kind,
        NotificationKind::PlanLimitNear | NotificationKind::PlanLimitReached
    )
}

/// The symbol of a kind of message, in the toast and in the inbox.
pub fn icon_of(kind: NotificationKind) -> &'static str {
    use NotificationKind as Kind;

    match kind {
        Kind::BookingConfirmed | Kind::NewBooking => "booking",
        Kind::BookingReady | Kind::BookingCompleted => "check",
        Kind::ServiceCompleted | Kind::ServiceAssigned => "tool",
        Kind::CashWaiting
        | Kind::CashVerified
        | Kind::PaymentReceived
        | Kind::PaymentFailed
        | Kind::PaymentRefunded => "cash",
        Kind::BookingExpiring | Kind::BookingRenewed | Kind::BookingScheduled | Kind::WaitlistOffer => {
            "clock"
        }
        Kind::BookingCancelled => "undo",
        Kind::BayCalled => "go",
        Kind::EmployeeAssigned => "person",
        Kind::BookingExpired
        | Kind::TaskEscalated
        | Kind::BookingNoShow
        | Kind::BookingRenewFailed
        | Kind::BookingDeclined
        | Kind::StationAlert
        | Kind::PlanLimitNear
        | Kind::PlanLimitReached => "alert",
    }
}

/// The message in a frame, as the inbox shows it, and its number.
pub fn notification_in(frame: ServerMessage) -> Option<(u64, NotificationOut)> {
    let booking = |kind: NotificationKind, id, read, booking_id, message, timestamp| NotificationOut {
        id,
        event: kind,
        title: kind.title().to_owned(),
        message,
        level: kind.level(),
        booking_id: Some(booking_id),
        station_id: None,
        data: Value::Null,
        read,
        timestamp,
    };
    match frame {
        ServerMessage::BookingConfirmed {
            seq,
            id,
            read,
            booking_id,
            message,
            timestamp,
            ..
        } => Some((
            seq,
            booking(
                NotificationKind::BookingConfirmed,
                id,
                read,
                booking_id,
                message,
                timestamp,
            ),
        )),
        ServerMessage::BookingReady {
            seq,
            id,
            read,
            booking_id,
            message,
            timestamp,
            ..
        } => Some((
            seq,
            booking(
                NotificationKind::BookingReady,
                id,
                read,
                booking_id,
                message,
                timestamp,
            ),
        )),
        ServerMessage::Notification {
            seq,
            id,
            read,
            event,
            title,
            message,
            level,
            booking_id,
            station_id,
            data,
            timestamp,
        } => {
            let row = NotificationOut {
                id,
                event,
                title,
                message,
                level,
                booking_id,
                station_id,
                data,
                read,
                timestamp,
            };
            Some((seq, row))
        }
        _ => None,
    }
}
