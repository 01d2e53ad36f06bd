"""Caliper Analytics 1.1 and 1.2: events of any learning platform, in envelopes or alone; Canvas' own extensions."""
