"""A long answer shows whether all of a student is gone, as long as it stands nowhere else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.privacy.erase_find import find_standing, standing_elsewhere
from learnloom.pipelines.privacy.erase_request import LEFT_OVER, hide_what_came_since
from learnloom.pipelines.privacy.erase_sought import Sought
from learnloom.pipelines.privacy.erase_state import read_secret, write_secret
from learnloom.pipelines.privacy.subject import find_subject
from learnloom.pipelines.privacy.tokens import Token, variants
from tests.pipelines.privacy.making import HOME, NOW, account, answer, asked, copied, line, settings_of
from tests.pipelines.refresh.school import land, planned, refreshed

pytestmark = pytest.mark.slow

_ZOE, _BO = account("zz-901"), account("bo-17")
_SAID: Final = "the mitochondrion is a power house"
_TOKEN: Final = Token(_SAID, "text")
_QUOTE: Final = line(answer(2, _BO, f"I have read: {_SAID}. And you?"))


def _fill(warehouse: Warehouse, folder: Path) -> None:
    land(warehouse, folder / "first.jsonl", [line(answer(1, _ZOE, _SAID)), line(answer(3, _BO))])
    refreshed(warehouse)


@pytest.fixture
def school(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Zoë has answered, and so has Bo."""
    with copied(tmp_path_factory, "answers", tmp_path, _fill) as warehouse:
        yield warehouse


@pytest.mark.parametrize(
    ("others", "is_told"),
    [
        ([], True),
        ([_QUOTE], False),
        ([b"{ " + _QUOTE], False),
        ([line(answer(2, _BO, context={"extensions": {"https://x.example/choices": [_SAID]}}))], False),
    ],
)
def test_what_stands_elsewhere_is_not_looked_for(
    school: Warehouse, tmp_path: Path, others: list[bytes], is_told: bool
) -> None:
    """Who quotes an answer, offers it as a choice, or was refused with it, keeps no erasure waiting."""
    land(school, tmp_path / "others.jsonl", others)
    subject = find_subject(school, settings_of(school), f"{HOME} zz-901", NOW)
    (found,) = find_standing(school, [Sought(subject, "erased-1")])
    assert (_TOKEN in found.tokens) is is_told
    assert Token("zz-901", "identifier") in found.tokens


def test_what_is_quoted_later_is_looked_for_no_longer(school: Warehouse, tmp_path: Path) -> None:
    """Where the search has found an answer in what somebody else has sent since, the next run leaves it out."""
    erasure = asked(school, f"{HOME} zz-901")
    secret = read_secret(school.folder, erasure.erasure_id)
    assert _TOKEN in secret.tokens
    land(school, tmp_path / "later.jsonl", [_QUOTE])
    for is_left in (False, True):
        write_secret(school.folder, erasure.erasure_id, secret._replace(done={LEFT_OVER: is_left}))
        hide_what_came_since(school, settings_of(school), [erasure], now=NOW)
        assert (_TOKEN in read_secret(school.folder, erasure.erasure_id).tokens) is not is_left
    assert Token("zz-901", "identifier") in read_secret(school.folder, erasure.erasure_id).tokens


def test_what_comes_while_landing_waits_adds_no_answers(school: Warehouse, tmp_path: Path) -> None:
    """A long answer that came after a snapshot makes its statement found, and is looked for nowhere itself."""
    scanned = school.snapshot()
    said = "ribosomes are factories"
    land(school, tmp_path / "later.jsonl", [line(answer(4, _ZOE, said))])
    planned(school)
    sought = Sought(find_subject(school, settings_of(school), f"{HOME} zz-901", NOW), "erased-1")
    (later,) = find_standing(school, [sought], since=scanned)
    assert len(later.own) == 1
    assert not [token for token in later.tokens if token.kind == "text"]
    (whole,) = find_standing(school, [sought])
    assert Token(said, "text") in whole.tokens


def test_without_answers_nothing_is_read(tmp_path: Path) -> None:
    """No answer stands elsewhere, also where nothing has landed."""
    with Warehouse(tmp_path) as warehouse:
        assert standing_elsewhere(warehouse, []) == set()


def test_refused_records_without_an_answer_are_not_searched(school: Warehouse, tmp_path: Path) -> None:
    """How each answer may be written is made out once, however many refused records there are."""
    tokens = [Token(f"what was said by number {number}", "text") for number in range(5)]
    refused = [b"{ nothing %d\n" % number for number in range(10)]
    land(school, tmp_path / "refused.jsonl", [*refused, b"{ " + tokens[0].text.encode()])
    before = variants.cache_info()
    assert standing_elsewhere(school, tokens) == {tokens[0]}
    after = variants.cache_info()
    assert after.hits + after.misses - before.hits - before.misses <= 3 * len(tokens)
