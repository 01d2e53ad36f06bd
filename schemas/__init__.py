"""Nouns: what a statement, a record, a profile and a signal are. No input or output."""
