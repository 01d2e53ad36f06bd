"""OpenTelemetry spans, and sending them."""
