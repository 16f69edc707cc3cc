//! The frames of bays and of the swaps in them.

use super::{bays, sessions};
use crate::domain::{BayId, BookingId, SessionId};
use crate::protocol::{ServerMessage, Topic};
use crate::server::store::bookings::Audience;
use crate::server::store::{StoreError, StoredEvent, Tx};

impl Tx<'_> {
    /// The bay changes by this transaction.
    pub(in crate::server::store) fn touch_bay(&mut self, bay: BayId) {
        self.bays.insert(bay);
    }

    /// The session changes by this transaction; with it what its bay and its booking tell of it.
    pub(in crate::server::store) fn touch_session(
        &mut self,
        session: SessionId,
        bay: BayId,
        booking: Option<BookingId>,
    ) {
        self.sessions.insert(session);
        self.touch_bay(bay);
        if let Some(booking) = booking {
            self.touch_booking(booking);
        }
    }

    /// A session tells of its booking: where that changed, the session did.
    pub(in crate::server::store) async fn touch_sessions_of_bookings(&mut self) -> Result<(), StoreError> {
        let touched: Vec<BookingId> = self.bookings.keys().copied().collect();
        for booking in touched {
            if let Some(session) = sessions::open_for(self.connection(), booking).await? {
                self.sessions.insert(session);
            }
        }
        Ok(())
    }

    pub(in crate::server::store) async fn write_bay(
        &mut self,
        bay: BayId,
        events: &mut Vec<StoredEvent>,
    ) -> Result<(), StoreError> {
        let topic = Topic::Bay(bay);
        let (epoch, seq) = self.advance(topic, 1).await?;
        if let Some(record) = bays::find(self.connection(), bay).await? {
            let data = record.to_out();
            let message = ServerMessage::BayUpdate { seq, data };
            events.push(self.store_event(topic, &epoch, seq, &message).await?);
        }
        Ok(())
    }

    pub(in crate::server::store) async fn write_session(
        &mut self,
        session: SessionId,
        events: &mut Vec<StoredEvent>,
    ) -> Result<(), StoreError> {
        let topic = Topic::Session(session);
        let (epoch, seq) = self.advance(topic, 1).await?;
        let now = self.now();
        if let Some(record) = sessions::find(self.connection(), session).await? {
            // Customer and staff read the same frame.
            let data = record.to_out(Audience::Both, now);
            let message = ServerMessage::SessionUpdate { seq, data };
            events.push(self.store_event(topic, &epoch, seq, &message).await?);
        }
        Ok(())
    }
}
