"""Translations of the login's pages, as gettext keeps them."""
