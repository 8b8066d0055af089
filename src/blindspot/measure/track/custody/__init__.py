"""Is it still the same vehicle: a card for every interruption, the chain over all of them, and how well P(same) is said."""
