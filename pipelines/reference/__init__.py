"""Generators of the reference pages in docs/; nothing else imports them."""
