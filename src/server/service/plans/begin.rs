//! The one door through which a plan begins, paid or with nothing to pay: it takes the place of the one before, and
//! what is used of the running month goes along.

use super::subscribe::end_overdue_of;
use crate::domain::{SubscriptionId, SubscriptionState, Timestamp};
use crate::server::store::subscriptions::{self as rows, SubscriptionRow};
use crate::server::store::{Audit, Failure, StoreError, Tx};

/// When a time of so many months ends.
pub(super) fn end_of(starts_at: Timestamp, months: i64) -> Timestamp {
    starts_at.months_later(u32::try_from(months).unwrap_or(1))
}

/// Lets a plan begin that nothing stands in the way of any more; answers when it ends.
pub(super) async fn begin(
    tx: &mut Tx<'_>,
    new: &SubscriptionRow,
    before: Option<&SubscriptionRow>,
) -> Result<Timestamp, Failure> {
    let now = tx.now();
    if let Some(before) = before {
        step(tx, before, SubscriptionState::Replaced, "change").await?;
    }
    let ends_at = end_of(now, new.months);
    if !tx.begin_subscription(new, ends_at).await? {
        return Err(StoreError::Overtaken.into());
    }
    if let Some(before) = before
        && let Some(month) = before.month_at(now)
    {
        tx.carry_month_over(before.id, month.starts_at, new.id, now)
            .await?;
    }
    audit(tx, new, SubscriptionState::Active, "begin", None).await?;
    Ok(ends_at)
}

/// The money for a plan is there: it begins, and the answer says when it ends. `None` when nobody waits for it any
/// more, or when another plan than the one it was credited for is in its place.
pub(in crate::server::service) async fn begin_paid(
    tx: &mut Tx<'_>,
    id: SubscriptionId,
) -> Result<Option<Timestamp>, Failure> {
    let row = rows::find(tx.connection(), id).await?;
    let Some(row) = row.filter(|row| row.state == SubscriptionState::Pending) else {
        return Ok(None);
    };
    end_overdue_of(tx, row.user).await?;
    let now = tx.now();
    let before = rows::current(tx.connection(), row.user, Some(row.operator), now).await?;
    let is_another = before
        .as_ref()
        .is_some_and(|before| Some(before.id) != row.replaces);
    if is_another {
        fall_through(tx, id, "another plan was bought meanwhile").await?;
        return Ok(None);
    }
    begin(tx, &row, before.as_ref()).await.map(Some)
}

/// What waited for its payment does not begin: nobody paid.
pub(in crate::server::service) async fn fall_through(
    tx: &mut Tx<'_>,
    id: SubscriptionId,
    reason: &str,
) -> Result<(), Failure> {
    let row = rows::find(tx.connection(), id).await?;
    let row = row.ok_or(StoreError::Overtaken)?;
    let to = SubscriptionState::Failed;
    if row.state != SubscriptionState::Pending || !tx.step_subscription(&row, to).await? {
        return Err(StoreError::Overtaken.into());
    }
    audit(tx, &row, to, "fail", Some(reason)).await
}

/// Takes a subscription to another state.
pub(super) async fn step(
    tx: &mut Tx<'_>,
    row: &SubscriptionRow,
    to: SubscriptionState,
    action: &str,
) -> Result<(), Failure> {
    if !tx.step_subscription(row, to).await? {
        return Err(StoreError::Overtaken.into());
    }
    audit(tx, row, to, action, None).await
}

async fn audit(
    tx: &mut Tx<'_>,
    row: &SubscriptionRow,
    to: SubscriptionState,
    action: &str,
    reason: Option<&str>,
) -> Result<(), Failure> {
    let taken = Audit {
        entity: "subscription",
        entity_id: row.id.0,
        action,
        from: Some(row.state.as_str()),
        to: Some(to.as_str()),
        reason,
    };
    tx.audit(taken).await?;
    Ok(())
}
