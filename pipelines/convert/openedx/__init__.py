"""Open edX: the tracking log, one event a line."""
