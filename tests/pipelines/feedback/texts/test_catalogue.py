"""The catalogue of messages: whole, in use, and such that every text can be said."""

import ast
import string
from pathlib import Path

from learnloom.pipelines.feedback.language import ENGLISH
from learnloom.pipelines.feedback.texts import catalogue
from learnloom.pipelines.feedback.texts.catalogue import CATALOGUE, FAMILIES
from learnloom.pipelines.feedback.texts.text import Text
from learnloom.pipelines.reference.rules import example_of

_ROOM = Path(catalogue.__file__).parents[1]


def _places(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_no_two_texts_have_one_id() -> None:
    """What is stored with a signal names one text."""
    assert len(CATALOGUE) == sum(len(texts) for texts in FAMILIES.values())


def test_a_text_has_places_for_just_its_parameters() -> None:
    """What is declared stands in the text, in each of its forms, and nothing else does; one need not be counted."""
    wrong = {
        text_id
        for text_id, text in CATALOGUE.items()
        if _places(text.plural or text.text) != set(text.parameters)
        or set(text.parameters) - _places(text.text) - {text.counted}
        or _places(text.text) - set(text.parameters)
        or (text.counted is not None and text.counted not in text.parameters)
    }
    assert wrong == set()


def test_an_id_says_who_reads_it() -> None:
    """Whoever reads a stored signal sees from the id to whom it speaks."""
    wrong = {
        text_id
        for text_id, text in CATALOGUE.items()
        if text.audience is not None
        and not text_id.endswith(f".{text.audience.value}")
        and not text_id.startswith("choice.why")
    }
    assert wrong == set()


def test_an_example_reads_as_a_text() -> None:
    """Each can be said with the values of its example, and no place is left open."""
    told = {text_id: ENGLISH.say(example_of(text)) for text_id, text in CATALOGUE.items()}
    assert {
        text_id: words
        for text_id, words in told.items()
        if not words or words != words.strip() or "  " in words or set("{}") & set(words)
    } == {}


def _constants() -> set[str]:
    """Names of all constants of the families that hold texts."""
    return {
        target.id
        for path in (_ROOM / "texts").glob("*_texts.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AnnAssign) and isinstance(target := node.target, ast.Name)
        if not target.id.startswith("_")
    }


def test_every_text_is_in_use() -> None:
    """No text is left that nothing says, in rules, in pages for people or within other texts."""
    used = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for path in _ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    }
    constants = _constants()
    assert len(constants) > 200
    assert constants - used == set()


def test_every_text_of_a_rule_is_in_the_catalogue() -> None:
    """Texts are written in the families of the catalogue alone: no rule has words of its own."""
    strangers = {
        f"{path.name}:{node.lineno}"
        for path in _ROOM.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"Text", "text"}
        and any(isinstance(each, ast.Constant) for each in node.args)
    }
    assert strangers == set()
    assert all(isinstance(text, Text) for text in CATALOGUE.values())
