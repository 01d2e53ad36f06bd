"""Signals of days gone by, held against what came: how often each kind is right, and how many cases it finds."""
