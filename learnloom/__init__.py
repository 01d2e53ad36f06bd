"""From xAPI statements to every student's profile and feedback signals."""
