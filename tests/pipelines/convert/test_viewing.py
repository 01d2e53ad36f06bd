"""Stretches of a video, from what players report."""

from datetime import UTC, datetime, timedelta

from learnloom.pipelines.convert.viewing import Act, ViewingNote, Viewings

_TEN = datetime(2026, 9, 7, 10, tzinfo=UTC)
_WHO = ("7", "session", "video")


def _told(act: Act, after: float, position: float | None, target: float | None = None) -> ViewingNote:
    return ViewingNote(act, _TEN + timedelta(seconds=after), position, target)


def _last(*told: ViewingNote) -> str | None:
    viewings = Viewings()
    return [viewings.tell(_WHO, each) for each in told][-1]


def test_no_more_is_played_than_time_has_passed() -> None:
    """A place far beyond the time since the start was reached by a jump that nobody told: it is no stretch."""
    assert _last(_told("play", 0, 0), _told("pause", 10, 100)) is None
    assert _last(_told("play", 0, 0), _told("pause", 10, 20)) == "0[.]20"


def test_a_page_loaded_anew_ends_what_was_played_untold() -> None:
    """After a load nothing of before goes on."""
    assert _last(_told("play", 0, 0), _told("load", 5, None), _told("pause", 10, 10)) is None


def test_a_jump_of_unknown_origin_begins_a_stretch_all_the_same() -> None:
    """Where only the target of a jump is told, what is played after it counts."""
    assert _last(_told("play", 0, 0), _told("seek", 5, None, 50), _told("stop", 15, 60)) == "50[.]60"


def test_a_jump_while_paused_plays_nothing() -> None:
    """Between a jump before the start and the end only what follows the start counts."""
    told = (_told("play", 0, 0), _told("pause", 5, 5), _told("seek", 6, 5, 90), _told("stop", 30, 100))
    assert _last(*told) == "0[.]5"


def test_completion_tells_without_ending() -> None:
    """Completed is told while the video goes on; the stretch ends with the stop."""
    told = (_told("play", 0, 0), _told("complete", 95, None), _told("stop", 100, 100))
    assert _last(*told[:2]) is None
    assert _last(*told) == "0[.]100"


def test_state_is_bounded() -> None:
    """Of more viewings than may be held the one touched longest ago is forgotten; one of many stretches begins anew."""
    viewings = Viewings(max_viewings=1)
    viewings.tell(_WHO, _told("play", 0, 0))
    viewings.tell(("8", "session", "video"), _told("play", 0, 0))
    assert viewings.tell(_WHO, _told("pause", 5, 5)) is None
    told = [each for n in range(500) for each in (_told("play", n, n), _told("pause", n + 1, n + 1))]
    assert len((_last(*told) or "").split("[,]")) <= 100
