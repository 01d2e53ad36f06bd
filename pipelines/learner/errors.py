"""What can be wrong with the input of the learner model."""


class LearnerError(Exception):
    """The learner model cannot work on what it was given."""


class HistoryShapeError(LearnerError):
    """The columns of a history do not fit together."""
