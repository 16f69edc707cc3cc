//! What a booking costs: its lines, the operator's service charge on them, and tax on both.

/// Hundredths of a percent.
pub type BasisPoints = i64;

/// An operator's rates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Tax on lines and service charge.
    pub tax: BasisPoints,
    /// Service charge on the lines.
    pub charge: BasisPoints,
}

/// A bill, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// The lines.
    pub subtotal: i64,
    /// Service charge.
    pub charge: i64,
    /// Tax.
    pub tax: i64,
}

impl Bill {
    /// The bill for lines that cost `subtotal` together.
    pub fn of(subtotal: i64, rates: Rates) -> Self {
        let charge = share(subtotal, rates.charge);
        Self {
            subtotal,
            charge,
            tax: share(subtotal + charge, rates.tax),
        }
    }

    /// What is to be paid.
    pub fn total(self) -> i64 {
        self.subtotal + self.charge + self.tax
    }
}

/// A share of an amount, rounded half up.
fn share(amount: i64, rate: BasisPoints) -> i64 {
    (amount * rate + 5_000).div_euclid(10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tax_is_on_top_of_the_service_charge() {
        let rates = Rates {
            tax: 1_800,
            charge: 500,
        };
        let bill = Bill::of(9_500, rates);
        assert_eq!((bill.charge, bill.tax, bill.total()), (475, 1_796, 11_771));
        assert_eq!(Bill::of(9_500, Rates::default()).total(), 9_500);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_to_rounding(subtotal in 0_i64..10_000_000, tax in 0_i64..=10_000, charge in 0_i64..=10_000) {
            let bill = Bill::of(subtotal, Rates { tax, charge });
            proptest::prop_assert_eq!(bill.total(), bill.subtotal + bill.charge + bill.tax);
            proptest::prop_assert!(bill.charge <= subtotal && bill.tax <= subtotal + bill.charge);
            proptest::prop_assert!(bill.charge >= 0 && bill.tax >= 0);
        }
    }
}
