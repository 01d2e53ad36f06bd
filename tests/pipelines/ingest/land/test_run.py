"""What a landing job makes of the settings."""

import datetime as dt
import json
from typing import get_args

from learnloom.pipelines.config.conversions import RepairName
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.run import LandingJob
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.validate.repairs import REPAIRS
from tests.schemas.xapi.samples import MINIMAL


def _job(settings: Settings) -> LandingJob:
    return LandingJob(settings, lambda: dt.datetime.now(dt.UTC), StopSignal())


def test_repairs_of_the_settings_are_applied_to_whatever_lands() -> None:
    """What a setting names is mended without a word on the command line; what it does not name is refused."""
    raw = json.dumps(MINIMAL | {"actor": {"mbox": "a@b.example"}}).encode()
    assert _job(Settings(repairs=("mailto",))).judge()(raw).is_valid
    assert not _job(Settings(repairs=("unwrap",))).judge()(raw).is_valid


def test_settings_name_every_repair_of_an_import() -> None:
    """The names that the settings take are those of the repairs that fit whatever an import refuses."""
    assert list(get_args(RepairName)) == [name for name, repair in REPAIRS.items() if repair.fits_import]
