"""Pseudonyms in the place of identifiers, names and addresses, before a statement leaves whoever has it."""
