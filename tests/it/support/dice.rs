//! Chance that can be repeated.
//!
//! Each run throws anew and prints what it began with; `SWITCHBOARD_TEST_SEED` makes it begin with the same again.

use switchboard::config::Environment;

/// The generator `SplitMix64`: small, and good enough to shuffle.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Prints the seed; the test runner shows it where the test fails.
    pub(crate) fn new() -> Self {
        let set = Environment::of_process().get("SWITCHBOARD_TEST_SEED").map(|seed| seed.parse().unwrap());
        let seed = set.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            getrandom::fill(&mut bytes).unwrap();
            u64::from_le_bytes(bytes)
        });
        println!("repeat with SWITCHBOARD_TEST_SEED={seed}");
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, and without, `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}
