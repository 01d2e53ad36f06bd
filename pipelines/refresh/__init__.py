"""From landed statements to profiles and signals: stage, build, estimate, publish."""
