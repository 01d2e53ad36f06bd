"""Running it: status, health, metrics, lag, the maintenance of a night."""
