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

    /// What `price` of the lines cost with service charge and tax.
    pub fn share_of(self, price: i64) -> i64 {
        match self.subtotal {
            0 => price,
            subtotal => rounded(price * self.total(), subtotal),
        }
    }

    /// What is left of the bill when `back` of its total has gone back. Service charge and tax go back in
    /// proportion, so that all of it leaves nothing of any part.
    #[must_use]
    pub fn without(self, back: i64) -> Self {
        let total = self.total();
        if total == 0 {
            return self;
        }
        let left = |part: i64| part - rounded(part * back, total);
        let (charge, tax) = (left(self.charge), left(self.tax));
        Self {
            subtotal: total - back - charge - tax,
            charge,
            tax,
        }
    }

    /// What is to be paid.
    pub fn total(self) -> i64 {
        self.subtotal + self.charge + self.tax
    }
}

/// A share of an amount, rounded half up.
fn share(amount: i64, rate: BasisPoints) -> i64 {
    rounded(amount * rate, 10_000)
}

fn rounded(amount: i64, by: i64) -> i64 {
    (amount + by / 2).div_euclid(by)
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

    #[test]
    fn a_line_goes_back_with_its_tax() {
        let rates = Rates {
            tax: 1_800,
            charge: 0,
        };
        let bill = Bill::of(9_500 + 5_000, rates);
        assert_eq!(bill.share_of(5_000), 5_900);
        assert_eq!(bill.without(5_900), Bill::of(9_500, rates));
        assert_eq!(Bill::default().share_of(5_000), 5_000);
    }

    proptest::proptest! {
        /// In however many parts a bill goes back, nothing is left at the end, and no part is ever negative.
        #[test]
        fn what_goes_back_adds_up(subtotal in 0_i64..10_000_000, tax in 0_i64..=10_000, charge in 0_i64..=10_000, part in 0_i64..=100) {
            let bill = Bill::of(subtotal, Rates { tax, charge });
            let left = bill.without(bill.total() * part / 100);
            proptest::prop_assert_eq!(left.total(), bill.total() - bill.total() * part / 100);
            proptest::prop_assert!(left.charge >= 0 && left.tax >= 0);
            proptest::prop_assert_eq!(bill.without(bill.total()), Bill::default());
        }

        #[test]
        fn nothing_is_lost_to_rounding(subtotal in 0_i64..10_000_000, tax in 0_i64..=10_000, charge in 0_i64..=10_000) {
            let bill = Bill::of(subtotal, Rates { tax, charge });
            proptest::prop_assert_eq!(bill.total(), bill.subtotal + bill.charge + bill.tax);
            proptest::prop_assert!(bill.charge <= subtotal && bill.tax <= subtotal + bill.charge);
            proptest::prop_assert!(bill.charge >= 0 && bill.tax >= 0);
        }
    }
}
