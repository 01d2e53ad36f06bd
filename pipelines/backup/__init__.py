"""A backup of all that a school keeps, and the way back."""
