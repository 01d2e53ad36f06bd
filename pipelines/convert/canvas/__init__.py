"""Canvas: its live events in their own form; those in Caliper's are read by the format caliper."""
