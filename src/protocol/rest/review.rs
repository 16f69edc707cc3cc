//! What customers say about stations.

use serde::{Deserialize, Serialize};

use crate::domain::{ReviewId, Timestamp};

/// Reviews a booking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReviewIn {
    /// Stars, 1 to 5.
    pub rating: i64,
    /// 1 to 1000 characters.
    pub text: String,
}

/// Changes a review; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReviewPatch {
    /// New stars.
    #[serde(default)]
    pub rating: Option<i64>,
    /// New text.
    #[serde(default)]
    pub text: Option<String>,
}

/// A review, as everybody may read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReviewOut {
    /// Id.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: ReviewId,
    /// Stars, 1 to 5.
    pub rating: i64,
    /// What she says.
    pub text: String,
    /// Her first name.
    pub first_name: String,
    /// When she wrote it.
    #[cfg_attr(feature = "ssr", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When she changed it last.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>, format = DateTime))]
    pub edited_at: Option<Timestamp>,
}
