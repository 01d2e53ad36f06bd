"""A class whose truth is known, as valid xAPI."""
