"""Settings and what they consist of."""
