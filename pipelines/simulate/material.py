"""What a student does with videos and readings. Videos follow the xAPI video profile 1.0."""

from typing import Final

from learnloom.pipelines.simulate import statements as say
from learnloom.pipelines.simulate.course import Material
from learnloom.pipelines.simulate.student import Enrolment
from learnloom.schemas import vocabulary as xapi

# Share of a video that counts as the whole of it.
_THRESHOLD: Final = 0.95

_Segment = tuple[float, float]


def share_of(segments: list[_Segment], length: float) -> float:
    """Share of the video that was played, what was played twice counted once."""
    seen, reached = 0.0, 0.0
    for begin, end in sorted(segments):
        if end > reached:
            seen += end - max(begin, reached)
            reached = end
    return min(1.0, seen / length)


def played_segments(segments: list[_Segment]) -> str:
    """The segments as the profile writes them: `0[.]12.5[,]20[.]30`."""
    return "[,]".join(f"{begin:g}[.]{end:g}" for begin, end in segments)


class _Player:
    """One viewing of one video: its session, its position, what was played so far."""

    def __init__(self, enrolment: Enrolment, video: Material, at_ms: int) -> None:
        self._enrolment = enrolment
        self._video = video
        self._session = f',"{xapi.VIDEO_SESSION}":"{enrolment.sink.new_id()}"'
        self._length = f',"{xapi.VIDEO_LENGTH}":{video.seconds:g},"{xapi.VIDEO_THRESHOLD}":{_THRESHOLD}'
        self.at_ms = at_ms
        self.begun_ms = at_ms
        self.position = 0.0
        self.segments: list[_Segment] = []

    @property
    def share(self) -> float:
        return share_of(self.segments, self._video.seconds)

    def open(self) -> None:
        self._say(say.INITIALIZED, "", self._length)
        self.at_ms += 1200

    def play(self, until: float) -> None:
        self._say(say.PLAYED, f'"result":{{"extensions":{{"{xapi.VIDEO_TIME}":{self.position:g}}}}},')
        self.at_ms += int((until - self.position) * 1000)
        self.segments.append((self.position, until))
        self.position = until

    def pause(self) -> None:
        self._say(say.PAUSED, self._progress())

    def seek(self, to: float) -> None:
        result = (
            f'"result":{{"extensions":{{"{xapi.VIDEO_TIME_FROM}":{self.position:g},'
            f'"{xapi.VIDEO_TIME_TO}":{to:g}}}}},'
        )
        self._say(say.SEEKED, result)
        self.position = to

    def close(self) -> None:
        if self.share >= _THRESHOLD:
            took = f'"completion":true,"duration":"PT{(self.at_ms - self.begun_ms) / 1000:.2f}S",'
            self._say(say.COMPLETED, self._progress(took), self._length)
        self.at_ms += 900
        self._say(say.TERMINATED, self._progress(), self._length)

    def _progress(self, extra: str = "") -> str:
        return (
            f'"result":{{{extra}"extensions":{{"{xapi.VIDEO_TIME}":{self.position:g},'
            f'"{xapi.VIDEO_PROGRESS}":{self.share:.3f},'
            f'"{xapi.VIDEO_SEGMENTS}":"{played_segments(self.segments)}"}}}},'
        )

    def _say(self, verb: str, result: str, extensions: str = "") -> None:
        activity, known = self._video.activity, self._session + extensions
        self._enrolment.say(verb, activity, self.at_ms, result, extensions=known)


def use_material(enrolment: Enrolment, material: Material, at_ms: int) -> int:
    """Watch or read; returns the end."""
    if material.activity.kind == xapi.VIDEO:
        end_ms, share = _watch(enrolment, material, at_ms)
    else:
        end_ms, share = _read(enrolment, material, at_ms)
    enrolment.student.knowledge.explain(material.skill, end_ms, share)
    return end_ms + 5000


def _watch(enrolment: Enrolment, video: Material, at_ms: int) -> tuple[int, float]:
    rng, effort = enrolment.student.rng, enrolment.student.traits.effort
    player = _Player(enrolment, video, at_ms)
    player.open()
    goes_to = video.seconds if rng.random() < 0.35 + 0.65 * effort else video.seconds * rng.random()
    while player.position < goes_to - 1:
        stop = round(min(goes_to, player.position + video.seconds * (0.25 + 0.75 * rng.random())), 1)
        player.play(stop)
        if stop >= goes_to - 1:
            break
        player.pause()
        player.at_ms += int((3 + 40 * rng.random()) * 1000)
        draw = rng.random()
        if draw < 0.25 * effort:
            player.seek(round(max(0.0, stop - 10 - 20 * rng.random()), 1))
        elif draw > 0.75 + 0.25 * effort:
            player.seek(round(min(goes_to - 2, stop + 20 + 60 * rng.random()), 1))
    player.close()
    return player.at_ms, player.share


def _read(enrolment: Enrolment, reading: Material, at_ms: int) -> tuple[int, float]:
    student = enrolment.student
    rng, traits = student.rng, student.traits
    share = min(1.0, 0.15 + traits.effort * (0.4 + rng.random()))
    took_ms = int(reading.seconds * traits.pace * share * 1000)
    at_ms += took_ms
    enrolment.say(say.EXPERIENCED, reading.activity, at_ms, say.duration(took_ms))
    return at_ms, share
