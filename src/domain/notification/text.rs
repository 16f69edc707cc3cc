//! The sentences of the messages, English template (wire contract, notification table).

/// To the customer, when packs are held.
pub fn booking_confirmed(station: &str) -> String {
    format!("Battery booked successfully at {station}")
}

/// To the customer, when she booked for later; `when` is day and clock time at the station.
pub fn booking_scheduled(when: &str, station: &str) -> String {
    format!("Booked for {when} at {station}.")
}

/// To the station, when there are too few packs for a booking whose time is near.
pub fn packs_short(station: &str, when: &str) -> String {
    format!(
        "{station} has too few charged batteries for the booking of {when}. They are claimed as soon as they are there."
    )
}

/// To its customer, shortly before it is time.
pub fn packs_late(station: &str, when: &str) -> String {
    format!(
        "{station} has no battery ready yet for your booking of {when}. You may go elsewhere or wait; nothing is held against you."
    )
}

/// To its customer, when there were none in time.
pub fn cancelled_by_system(station: &str, reason: &str) -> String {
    format!("Your booking at {station} was called off: {reason}")
}

/// To its station, then.
pub fn ended_without_packs(station: &str) -> String {
    format!("A booking at {station} was called off: there was no charged battery in time.")
}

/// To the customer, when packs are prepared.
pub fn booking_ready(station: &str) -> String {
    format!("Your battery is ready for collection at {station}")
}

/// To the customer, before the deadline.
pub fn booking_expiring(minutes: u64) -> String {
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    format!("Your booking will expire in {minutes} {unit}!")
}

/// To the customer, at the deadline.
pub const BOOKING_EXPIRED: &str = "Your booking has expired. Battery released.";

/// To the customer, at the deadline, when hers had failed and no other came.
pub const BOOKING_EXPIRED_WITHOUT: &str =
    "Your booking has expired: no battery came in time. Nothing is held against you.";

/// To the customer, after the grace; `deadline` is a clock time in the station's zone.
pub fn booking_no_show(deadline: &str) -> String {
    format!("Not collected by {deadline}. Battery released.")
}

/// To the customer, after a renewal.
pub fn booking_renewed(deadline: &str) -> String {
    format!("Booking renewed. New deadline {deadline}.")
}

/// To the customer, after a refused renewal.
pub fn booking_renew_failed(why: &str, deadline: &str) -> String {
    format!("Renewal failed: {why}. Your deadline is still {deadline}.")
}

/// To the customer, when the station refused her request.
pub fn booking_declined(reason: &str) -> String {
    format!("Your booking request was declined: {reason}")
}

/// To the customer, when a swap was broken off.
pub fn swap_broken_off(station: &str, reason: &str) -> String {
    format!("Your swap at {station} was broken off: {reason}")
}

/// To the customer, when she came late and is served after all.
pub fn came_late(station: &str) -> String {
    format!("You came late and {station} serves you after all. Nothing is held against you.")
}

/// To who waits in line, when it is her turn; `until` is a clock time at the station.
pub fn waitlist_offer(packs: usize, station: &str, until: &str) -> String {
    match packs {
        1 => format!("A battery is free at {station}. Yours until {until}."),
        many => format!("{many} batteries are free at {station}. Yours until {until}."),
    }
}

/// To who waits in line, when she did not answer and there is one more chance.
pub fn waitlist_missed(station: &str) -> String {
    format!("The offer at {station} has ended. You keep your place in line and get one more.")
}

/// To who waited in line, when she did not answer twice.
pub fn waitlist_dropped(station: &str) -> String {
    format!("You did not answer two offers at {station}, so you are no longer in line.")
}

/// To who waited in line, when the station closes.
pub fn waitlist_closed(station: &str) -> String {
    format!("{station} has closed, and its waitlist with it. Look for another station.")
}

/// To who waits in line, when what was offered is not there any more.
pub fn waitlist_withdrawn(station: &str) -> String {
    format!("The offer at {station} could not be kept. You are in line at the same place.")
}

/// To the station and its operator.
pub fn new_booking(station: &str) -> String {
    format!("New booking received for {station}.")
}

/// To the customer, when the station called it off.
pub fn cancelled_by_station(station: &str, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("{station} cancelled your booking: {reason}"),
        None => format!("{station} cancelled your booking."),
    }
}

/// To the station, when somebody pays cash.
pub fn cash_waiting(amount: &str, station: &str) -> String {
    format!("{amount} in cash to count at {station}.")
}

/// To the customer, when her cash was counted.
pub const CASH_VERIFIED: &str = "Your cash payment has been verified. Booking activated!";

/// To the customer, when there was too little or none.
pub fn payment_failed(reason: &str) -> String {
    format!("Your payment was not accepted: {reason}")
}

/// To the customer, when she paid online.
pub fn payment_received(amount: &str) -> String {
    format!("We have received your payment of {amount}.")
}

/// To the customer, when nobody knows what became of her payment.
pub fn payment_stuck(amount: &str) -> String {
    format!(
        "We do not know yet whether your payment of {amount} went through. If you pay in another way, it goes back to you."
    )
}

/// To the station, when a payment service does not give money back.
pub fn refund_failed(amount: &str) -> String {
    format!("The payment service did not give {amount} back. Give it back at the counter.")
}

/// To the customer, when she paid for a plan; `day` is the last one of it.
pub fn plan_paid(amount: &str, plan: &str, day: &str) -> String {
    format!("We have received your payment of {amount}. Your {plan} plan is yours until {day}.")
}

/// To the customer, when a plan was not paid.
pub fn plan_not_paid(plan: &str, reason: &str) -> String {
    format!("Your payment for the {plan} plan was not accepted: {reason}")
}

/// To the customer, when nobody knows what became of her payment for a plan.
pub fn plan_payment_stuck(amount: &str, plan: &str) -> String {
    format!(
        "We do not know yet whether your payment of {amount} for the {plan} plan went through, and the plan has not begun. If it did, it goes back to you."
    )
}

/// To the operator, when a payment service does not give back what was paid for a plan.
pub fn plan_refund_failed(amount: &str, customer: &str) -> String {
    format!(
        "The payment service did not give {amount} for a plan back to {customer}. Give it back in another way."
    )
}

/// To the customer, when money went back.
pub fn payment_refunded(amount: &str) -> String {
    format!("{amount} went back to you.")
}

/// To the customer, when a service is done.
pub fn service_completed(service: &str) -> String {
    format!("Your {} has been completed!", service.to_lowercase())
}

/// To the customer, when the station does not do a service after all.
pub fn service_declined(service: &str, reason: &str) -> String {
    format!("{service} cannot be done: {reason}")
}

/// To whoever is to do a service, and to the operator.
pub fn service_assigned(service: &str, person: &str, station: &str) -> String {
    format!("{service} at {station} has been assigned to {person}.")
}

/// To the station, when the customer called it off.
pub fn cancelled_by_customer(station: &str) -> String {
    format!("A customer cancelled a booking at {station}.")
}

/// To the other side, when a cancellation was taken back.
pub fn booking_stands(station: &str) -> String {
    format!("The cancellation was taken back. The booking at {station} stands.")
}

/// To the holder of a booking, when its station stops serving; `deadline` is a clock time there.
pub fn station_alert(station: &str, sentence: &str, deadline: &str) -> String {
    format!("{station}: {sentence} Your battery stays held until {deadline}.")
}

/// To whoever booked for later, when the station stops serving and the booking stays; `when` is day and clock time there.
pub fn station_alert_for_later(station: &str, sentence: &str, when: &str) -> String {
    format!("{station}: {sentence} Your booking of {when} stays.")
}

/// To the holder of a request that waits for an answer, then.
pub fn station_alert_to_request(station: &str, sentence: &str) -> String {
    format!("{station}: {sentence} Your request stays and is answered.")
}

/// To the holder of a booking, when another station serves it; `until` is a clock time there, or day and time for who
/// booked for later.
pub fn booking_moved(from: &str, sentence: &str, to: &str, until: &str) -> String {
    format!("{from}: {sentence} Your booking is now at {to}, {until}.")
}

/// To the staff of both stations, then.
pub fn booking_moved_between(booking: i64, from: &str, to: &str) -> String {
    format!("Booking {booking} moved from {from} to {to}.")
}

/// To the holder of a booking, when another pack takes the place of hers.
pub fn battery_replaced(slot: &str) -> String {
    format!("Your battery was replaced by an equal one, slot {slot}.")
}

/// To the holder of a booking, when her pack failed and no other can take its place; `elsewhere` are the
/// names of stations nearby that have enough.
pub fn battery_lost(station: &str, elsewhere: &[&str]) -> String {
    let instead = match elsewhere {
        [] => String::new(),
        names => format!(" Charged now: {}.", names.join(", ")),
    };
    format!(
        "Your battery at {station} failed and no equal one is charged. The next one is yours. Wait, or cancel free of charge.{instead}"
    )
}

/// To the station, when a booking has no pack any more; `slot` is where the one that failed stands.
pub fn booking_without_battery(booking: i64, station: &str, slot: &str) -> String {
    format!("Booking {booking} at {station} has no battery: slot {slot} failed and no equal one is charged.")
}

/// To the holder of a booking without a pack, when there is one again.
pub fn battery_found(station: &str, slot: &str) -> String {
    format!("{station} holds a battery for you again: slot {slot}.")
}

/// To the customer, when four fifths of the month's swaps are used.
pub fn plan_limit_near(used: i64, limit: i64, plan: &str) -> String {
    format!("You have used {used} of the {limit} swaps of your {plan} plan this month.")
}

/// To the customer, when all of them are; `renews` is the day on which the next month begins, if one does.
pub fn plan_limit_reached(limit: i64, plan: &str, renews: Option<&str>) -> String {
    let more = renews.map_or_else(String::new, |day| format!(" More from {day}."));
    format!("You have used all {limit} swaps of your {plan} plan this month.{more}")
}

/// To the attendant and the operator, when somebody is assigned to a station.
pub fn employee_assigned(name: &str, station: &str) -> String {
    format!("New employee '{name}' has been assigned to {station}.")
}

/// To the customer, when a bay is kept for her.
pub fn bay_called(bay: i64) -> String {
    format!("Go to bay {bay}.")
}

/// To the customer, when everything was handed over.
pub fn booking_completed(station: &str) -> String {
    format!("You collected your battery at {station}. Ride safely.")
}

/// To leads, then to the operator, when nobody has acknowledged a task in time; `waited_s` is for how long.
pub fn task_escalated(task: &str, text: &str, station: &str, waited_s: u64) -> String {
    let waited = if waited_s < 120 {
        format!("{waited_s} seconds")
    } else {
        format!("{} minutes", waited_s / 60)
    };
    format!("{task} at {station}: nobody has acknowledged it for {waited}. {text}")
}
