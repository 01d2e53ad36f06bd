"""Judging: whether a record is a statement, and what is wrong with it."""
