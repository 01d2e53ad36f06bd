"""Tables that common platforms export: mappings are in presets/, and `--map` may change any part of one."""

from learnloom.pipelines.convert.tables.table_format import TableFormat


class Assistments(TableFormat):
    """ASSISTments' published data."""

    name = "assistments"
    summary = "ASSISTments' skill builder data (research): answers with skill, response time and hints."
    preset = "assistments"


class CanvasQuiz(TableFormat):
    """Canvas: Student Analysis of a quiz."""

    name = "canvas-quiz"
    summary = "Canvas, Student Analysis report of a quiz: the answer and points of every question."
    preset = "canvas-quiz"


class MoodleQuiz(TableFormat):
    """Moodle: a quiz's grades or responses report."""

    name = "moodle-quiz"
    summary = (
        "Moodle, Grades or Responses report of a quiz: points or answers of every question (needs --quiz)."
    )
    preset = "moodle-quiz"


class MoodleGrades(TableFormat):
    """Moodle: export of the grade book."""

    name = "moodle-grades"
    summary = "Moodle, export of a course's grades as plain text: the score of every quiz and assignment."
    preset = "moodle-grades"


class GoogleForms(TableFormat):
    """Google Forms: answers of a quiz."""

    name = "google-forms"
    summary = "Google Forms, answers of a quiz as CSV: answer and points of every question (needs --quiz)."
    preset = "google-forms"
