"""Verbs: how records become profiles and signals. Prefect is not needed here."""
