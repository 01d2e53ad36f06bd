"""Answering a signal: the answer becomes a statement and lands as every other does."""

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import orjson

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.run import LandingJob, land_files
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.opening import file_source
from learnloom.pipelines.ingest.sources.files import STDIN
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.serve.pull import identifier_of, raised_signal
from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.signal import Audience
from learnloom.schemas.signal_statement import Response, actor_of, responded


class WrongAudienceError(LearnloomError):
    """The signal is for another audience."""


class Answered(NamedTuple):
    """What became of an answer."""

    statement_id: str
    is_new: bool
    """False where the same answer had landed before."""


def respond(
    settings: Settings,
    signal_id: str,
    response: Response,
    *,
    at: dt.datetime,
    clock: Callable[[], dt.datetime],
    went_well: bool | None = None,
    note: str | None = None,
    audience: Audience | None = None,
    run: Run | None = None,
) -> Answered:
    """Land an answer to a signal; the next refresh takes it in.

    Args:
        settings: a school's choices.
        signal_id: the signal.
        response: what is answered.
        at: when it was answered, aware.
        clock: gives the present moment.
        went_well: whether following the signal went well; None: not stated.
        note: words of whoever answers.
        audience: for whom the asking side speaks; None: for anybody.
        run: who does it.

    Raises:
        SignalMissingError: there never was such a signal.
        WrongAudienceError: it speaks to another audience.
        WarehouseError: it cannot be landed now.
    """
    with open_to_read(settings) as warehouse:
        signal = raised_signal(warehouse, signal_id)
        if audience is not None and signal.audience is not audience:
            raise WrongAudienceError(f"signal {signal_id} is not for the {audience}")
        actor = actor_of(*identifier_of(warehouse, signal.student_key))
    statement = responded(signal, actor, response, at, went_well=went_well, note=note)
    source = file_source(settings, [Path(STDIN)], stdin=io.BytesIO(orjson.dumps(statement) + b"\n"))
    done = land_files(LandingJob(settings, clock, StopSignal(), run), source)
    if done.dead:
        rules = ", ".join(done.refused)
        raise LearnloomError(f"the response is not a valid statement ({rules}): see `learnloom dead`")
    return Answered(str(statement["id"]), is_new=done.accepted > 0)
