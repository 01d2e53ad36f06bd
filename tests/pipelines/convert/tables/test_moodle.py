"""Moodle's quiz reports in every language that the documentation names; words by Moodle's language packs."""

from dataclasses import replace
from typing import NamedTuple

import pytest

from learnloom.pipelines.convert.tables.platforms import MoodleQuiz
from tests.documents import page
from tests.pipelines.convert.format_contract import converted
from tests.pipelines.convert.tables.samples import PLATFORMS

_OPTIONS = replace(PLATFORMS["moodle-quiz"][1], time_zone="UTC")


class _Report(NamedTuple):
    """What a report is written with, in one language."""

    address: str
    state: str
    done: str
    finished: str
    under_way: str
    time: str
    score: str
    response: str
    right: str


_LANGUAGES = {
    "English": _Report(
        "Email address", "Status", "Completed", "Finished", "In progress", "7 September 2026  10:09 AM",
        "Q. 1 /10.00", "Response 1", "Right answer 1",
    ),
    "German": _Report(
        "E-Mail-Adresse", "Status", "Beendet", "Beendet", "In Bearbeitung", "7. September 2026  10:09",
        "F 1 /10,00", "Antwort 1", "Richtige Antwort 1",
    ),
    "Spanish": _Report(
        "Dirección de correo", "Estado", "Finalizado", "Finalizado", "En curso", "7 de septiembre de 2026  10:09",
        "P. 1 /10,00", "Respuesta 1", "Respuesta correcta 1",
    ),
    "French": _Report(
        "Adresse de courriel", "Statut", "Terminé", "Terminée", "En cours", "7 septembre 2026  10:09",
        "Q. 1 /10,00", "Réponse 1", "Réponse correcte 1",
    ),
    "Portuguese": _Report(
        "E-mail", "Estado", "Terminada", "Terminadas", "Em progresso", "7 de setembro de 2026 às 10:09",
        "P. 1 /10,00", "Resposta 1", "Resposta correta 1",
    ),
    "Italian": _Report(
        "Indirizzo email", "Stato", "Completato", "Completato", "In svolgimento", "7 settembre 2026  10:09",
        "D. 1 /10,00", "Risposta data 1", "",
    ),
    "Dutch": _Report(
        "E-mailadres", "Status", "Voltooid", "Beëindigd", "Bezig", "7 september 2026  10:09",
        "V. 1 /10,00", "Antwoord 1", "Juist antwoord 1",
    ),
}  # fmt: skip


def _written(report: _Report, columns: list[str], done: list[str], under_way: list[str]) -> bytes:
    rows = [
        [report.address, report.state, report.done, *columns],
        ["mila@school.example", report.finished, report.time, *done],
        ["ben@school.example", report.under_way, "-", *under_way],
    ]
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode()


@pytest.mark.parametrize("language", _LANGUAGES)
def test_points_of_finished_attempts_arrive_in_every_language(language: str) -> None:
    """The report of grades gives a student's points and when; an attempt under way gives nothing."""
    report = _LANGUAGES[language]
    (answer,) = converted(MoodleQuiz, _OPTIONS, _written(report, [report.score], ["7,50"], ["-"])).values()
    assert answer["actor"] == {"mbox": "mailto:mila@school.example"}
    assert answer["timestamp"] == "2026-09-07T10:09:00+00:00"
    assert answer["result"]["score"] == {"raw": 7.5, "min": 0, "max": 10}


@pytest.mark.parametrize("language", _LANGUAGES)
def test_answers_arrive_in_every_language(language: str) -> None:
    """The report of responses gives what was answered, and whether it was right where the right one has a number."""
    report = _LANGUAGES[language]
    columns = [report.response, *filter(None, [report.right])]
    data = _written(report, columns, ["four"] * len(columns), ["-"] * len(columns))
    (answer,) = converted(MoodleQuiz, _OPTIONS, data).values()
    assert answer["result"] == {"response": "four"} | ({"success": True} if report.right else {})


def test_every_language_that_is_promised_is_tested() -> None:
    """The page names the languages that are tested here, and no other."""
    told = page("docs/how-to/convert.md").partition("*Understood*: reports in\n")[2].partition(";")[0]
    assert set(told.replace(" and ", ", ").split(", ")) == set(_LANGUAGES)
