"""Videos in Open edX' tracking log."""

from pathlib import Path

import pytest

from learnloom.pipelines.convert.converter import Converter
from learnloom.pipelines.convert.files import ConvertedFiles
from learnloom.pipelines.convert.openedx.tracking_log import TrackingLog
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas import vocabulary as xapi
from learnloom.schemas.xapi.equality import is_same
from tests.pipelines.convert.gradebook import counts
from tests.pipelines.convert.openedx.samples import BLOCK, player
from tests.pipelines.convert.samples import OPTIONS, SCHOOL, convert_all, lines, statements, verb
from tests.pipelines.ingest.samples import bring_in

LOG = TrackingLog(OPTIONS)


def test_what_was_played_follows_from_play_pause_and_seek() -> None:
    """Two stretches of one viewing are told, and the jump between them."""
    made = statements(
        LOG,
        player("load_video", 0),
        player("play_video", 0, currentTime=0),
        player("seek_video", 30, old_time=30, new_time=60),
        player("pause_video", 50, currentTime=80),
    )
    assert [verb(each) for each in made] == ["initialized", "played", "seeked", "paused"]
    extensions = made[-1]["result"]["extensions"]
    assert extensions[xapi.VIDEO_SEGMENTS] == "0[.]30[,]60[.]80"
    assert made[2]["result"]["extensions"][xapi.VIDEO_TIME_FROM] == 30
    sessions = {each["context"]["extensions"][xapi.VIDEO_SESSION] for each in made}
    assert len(sessions) == 1
    assert made[0]["object"]["id"] == f"{SCHOOL}/xblock/{BLOCK}video+block@v1"


def test_a_viewing_cut_in_two_files_may_be_told_anew() -> None:
    """Only statements that end a stretch may change with what came before them in the file."""
    played, paused = convert_all(
        LOG, lines(player("play_video", 0, currentTime=0), player("pause_video", 9, currentTime=9))
    )
    (alone,) = convert_all(LOG, lines(player("pause_video", 9, currentTime=9)))
    assert (played.can_change, paused.can_change) == (False, True)
    assert paused.key == alone.key
    assert paused.statements != alone.statements


@pytest.mark.slow
def test_a_log_cut_within_a_viewing_is_mended_by_the_whole(tmp_path: Path, warehouse: Warehouse) -> None:
    """The pause that told nothing is voided by the one that tells what was played; a third time nothing lands."""
    events = [player("play_video", 0, currentTime=0), player("pause_video", 9, currentTime=9)]
    told = []
    for number, cut in enumerate((events[1:], events, events)):
        log = tmp_path / f"{number}.log"
        log.write_bytes(lines(*cut))
        source = ConvertedFiles(Converter("openedx", OPTIONS), [log], max_records=10, max_bytes=1 << 20)
        told.append(
            counts(bring_in(warehouse, source=source, max_records=10, judge=validate, is_same=is_same))
        )
    assert told[0] == (1, 0, 0, 0)
    assert told[1][2] == 1
    assert told[2] == (0, 2, 0, 0)
    segments = warehouse.rows("SELECT count(*) FROM landing.statement WHERE raw LIKE '%played-segments%'")
    assert segments == [(1,)]
