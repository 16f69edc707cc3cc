//! Typed integer ids: a [`StationId`] can never be passed where a [`BookingId`] is meant, although both are
//! plain integers on the wire and in the database.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

id! {
    /// A company that runs stations.
    OperatorId,
    /// A person who can sign in, of whatever role.
    UserId,
    /// A public place with slots, bays and staff.
    StationId,
    /// A type of pack: voltage, capacity, connector.
    BatteryModelId,
    /// One physical swappable pack.
    BatteryId,
    /// A customer's order.
    BookingId,
    /// One line of a booking.
    ItemId,
    /// An exclusive, time-limited claim of one pack for one item.
    HoldId,
    /// A row of a person's inbox.
    NotificationId,
    /// A service that a station offers besides swaps.
    ServiceId,
    /// One attempt to pay for a booking.
    PaymentId,
    /// A number of swaps a month at a price, as an operator sells it.
    PlanId,
    /// A plan somebody bought for some months.
    SubscriptionId,
    /// What somebody rides.
    VehicleId,
    /// A type of vehicle: what fits into it.
    VehicleTypeId,
    /// What a customer says about a station.
    ReviewId,
    /// A place where a vehicle stands and a swap happens.
    BayId,
    /// One swap in a bay.
    SessionId,
    /// What somebody counted at the end of a shift.
    CashCountId,
    /// A place in line at a station that is sold out.
    WaitlistEntryId,
    /// Something for staff to do.
    TaskId,
    /// What a lead or the operator says to everybody at a station.
    StaffMessageId,
}
