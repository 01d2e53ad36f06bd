"""What was told of people, followed: merged, split, given roles, and undone as if it had never been told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.people.errors import PersonError
from learnloom.pipelines.people.events import PersonChange, WhoIsWho, undoing
from tests.pipelines.people.make import events, merge, role, split, undo

_KEYS = "abcde"


def _persons(*told: PersonChange) -> dict[str, str]:
    return WhoIsWho(events(*told)).persons


def test_whoever_joins_brings_all_identifiers_along() -> None:
    """The key of the person named first stays, by whichever of their identifiers both were named."""
    assert _persons(merge("b", "a"), merge("c", "d"), merge("d", "b")) == {"b": "a", "c": "a", "d": "a"}


def test_what_is_split_off_is_a_person_of_its_own() -> None:
    """The others stay together; where the key itself leaves, they go by the least of theirs."""
    three = (merge("b", "a"), merge("c", "a"))
    assert _persons(*three, split("c")) == {"b": "a"}
    assert _persons(*three, split("a")) == {"c": "b"}
    assert _persons(*three, split("a"), merge("a", "c")) == {"a": "b", "c": "b"}


def test_undone_is_as_if_it_had_never_been_told() -> None:
    """What came later is followed without it, and undoing the undoing brings it back."""
    told = (merge("b", "a"), merge("c", "b"))
    assert _persons(*told, undo(1)) == {"c": "b"}
    assert _persons(*told, undo(1), undo(3)) == _persons(*told)


def test_an_event_of_many_is_undone_whole() -> None:
    """An import is one event."""
    who = WhoIsWho(events([merge("b", "a"), role("c", "teacher")], undo(1)))
    assert (who.persons, who.roles, who.undone) == ({}, {}, {1})


def test_a_role_told_again_stands_since_it_was_told_first() -> None:
    """Another role replaces it; the same one does not make it younger."""
    first, *later = events(role("a", "teacher"), role("a", "teacher"), role("a", "student"))
    second, third = (event._replace(source=f"list {event.event_id}") for event in later)
    assert WhoIsWho([first, second]).roles["a"].source == "test"
    assert WhoIsWho([first, second, third]).roles["a"].role == "student"


@pytest.mark.parametrize(("number", "why"), [(9, "no such event"), (1, "undone already")])
def test_only_what_counts_can_be_undone(number: int, why: str) -> None:
    """The error says why, and where to look."""
    with pytest.raises(PersonError, match=f"event {number} .*{why}.*history"):
        undoing(WhoIsWho(events(merge("b", "a"), undo(1))), number)


def test_undo_takes_the_last_that_counts() -> None:
    """Undone ones and undoings are passed over."""
    who = WhoIsWho(events(merge("b", "a"), merge("c", "a"), undo(2)))
    assert undoing(who, None) == undo(1)


_keys = st.sampled_from(_KEYS)
_told = st.lists(
    st.one_of(st.builds(merge, _keys, _keys), st.builds(split, _keys), st.builds(undo, st.integers(1, 8))),
    max_size=12,
)


@given(_told)
def test_everybody_is_one_person(told: list[PersonChange]) -> None:
    """Whatever was told, each identifier is of one person, whose key is one of theirs."""
    who = WhoIsWho(events(*told))
    for key in _KEYS:
        person = who.person(key)
        assert key in who.members(person)
        assert who.person(person) == person
        assert {who.person(each) for each in who.members(person)} == {person}


@given(_told, st.integers(1, 12))
def test_undoing_leaves_what_the_rest_tells(told: list[PersonChange], number: int) -> None:
    """Undone last, an event that is no undoing counts as if something that says nothing stood in its place."""
    if number > len(told) or told[number - 1].undone_id is not None:
        return
    if number in WhoIsWho(events(*told)).undone:
        return
    without = [
        PersonChange("nothing") if place == number else each for place, each in enumerate(told, start=1)
    ]
    assert _persons(*told, undo(number)) == _persons(*without)
