"""The root of everything that learnloom itself raises."""


class LearnloomError(Exception):
    """Something a person can act on: the message says what, which value, and what to do."""
