"""What goes on beside the pages: answers land, and the read model follows refreshes and rosters."""

import datetime as dt
import io
import logging
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Self

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.run import LandingJob, land_files
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.opening import file_source
from learnloom.pipelines.ingest.sources.files import STDIN
from learnloom.pipelines.lake.errors import WarehouseMissingError, WarehouseOutdatedError
from learnloom.pipelines.lake.held import HeldWarehouse
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lake.reading_copy import CopyCursor, ReadingCopy
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.pages.apart import lay_over
from learnloom.pipelines.pages.log import AnswerLog
from learnloom.pipelines.pages.model import NAMES, counted_of, folder_of, wanted_model, write_model
from learnloom.schemas.errors import LearnloomError

_log = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 2.0
"""Between two looks for a refresh or another roster, and between two tries to land."""
_READ_LATER: Final = (WarehouseMissingError, WarehouseOutdatedError)


class ReadModelKeeper:
    """Lands answers and keeps the read model new for as long as the context is open."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], dt.datetime],
        run: Run | None = None,
        on_roster: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the warehouse of these settings; nothing is opened yet.

        Args:
            settings: a school's choices.
            clock: gives the present moment.
            run: who lands.
            on_roster: is called when rosters say something else, before the read model is written.
        """
        self.log = AnswerLog(folder_of(settings))
        self.copy = ReadingCopy(
            folder_of(settings), lambda model: lay_over(settings, model, clock), names=NAMES
        )
        self._settings = settings
        self._job = LandingJob(settings, clock, StopSignal(), run)
        self._held = HeldWarehouse(partial(open_to_read, settings))
        self._on_roster = on_roster
        self._looking = threading.Lock()
        self._looked: tuple[int, str] | None = None
        """Of the last look: the snapshot, and the state of rosters."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="pages-keep", daemon=True)

    def __enter__(self) -> Self:
        """Write the read model, where there is none of the last refresh, and begin.

        Where no statement has landed so far, there is no warehouse yet; after an upgrade its tables are those of the
        release before until a refresh has made them anew. It is looked at until it can be read.
        """
        try:
            self.look()
        except _READ_LATER as error:
            _log.warning("%s", error)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Land what is left, and end. What cannot land now stays in the log for the next time."""
        self._over.set()
        self.log.appended.set()
        self._thread.join()
        self.close()

    def close(self) -> None:
        """Close what is open."""
        self._held.close()
        self.copy.close()

    def model(self) -> CopyCursor:
        """Give the newest read model to one reader."""
        return self.copy.cursor()

    def land(self) -> None:
        """Land what waits; where it cannot land now, the next time does it."""
        while answers := self.log.to_land():
            lines = b"".join(answer.statement + b"\n" for answer in answers)
            source = file_source(self._settings, [Path(STDIN)], stdin=io.BytesIO(lines))
            done = land_files(self._job, source)
            if done.dead:
                _log.error("%d answers were refused: see `learnloom dead`", done.dead)
            self.log.landed(answers)

    def look(self) -> None:
        """Write the read model where a refresh or a roster is newer, and let go of answers that have been counted."""
        with self._looking:
            self._look()

    def _look(self) -> None:
        with self._held.lent() as warehouse:
            snapshot = warehouse.snapshot()
            if self._looked is not None and snapshot == self._looked[0] and self.copy.name is not None:
                return
            wanted = wanted_model(warehouse)
        if self._looked is None or wanted.roster != self._looked[1]:
            self._on_roster()
        if wanted.refreshed is not None and not wanted.is_named(self.copy.name):
            # A transaction of its own, over a connection that may attach a file.
            with open_to_read(self._settings) as warehouse:
                write_model(warehouse, self._settings)
            self._let_go()
        self._looked = snapshot, wanted.roster

    def _let_go(self) -> None:
        self.log.counted(counted_of(self.copy.cursor(), self.log.ids()))

    def _keep(self) -> None:
        is_over = False
        while not is_over:
            self.log.appended.wait(_LOOK_SECONDS)
            self.log.appended.clear()
            is_over = self._over.is_set()
            for work in (self.land, self.look) if not is_over else (self.land,):
                try:
                    work()
                except _READ_LATER:
                    continue  # told at the start
                except LearnloomError as error:
                    _log.warning("%s", error)
