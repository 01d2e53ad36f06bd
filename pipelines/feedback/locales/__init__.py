"""Translations of the texts, and the template from which they begin."""
