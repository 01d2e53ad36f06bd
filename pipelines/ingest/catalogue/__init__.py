"""What a school knows beside its statements: skill maps and course plans."""
