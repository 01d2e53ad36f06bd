"""Whether anything has landed that no refresh has taken in is known without a refresh."""

from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import load_relations
from learnloom.pipelines.refresh.news import has_news
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.refresh.stage import stage
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import LAST_DAY, SETTINGS, land, refreshed


def test_there_is_news_from_a_landing_to_the_next_refresh(
    refreshed_class: RefreshedClass, tmp_path: Path
) -> None:
    """Right after a refresh there is none; what another connection lands is, until it has been taken in.

    Staging is a transaction of its own: what a killed refresh has only staged is news still.
    """
    made = refreshed_class(students=3)
    with Warehouse(made.folder) as warehouse, warehouse.another() as lander:
        assert not has_news(warehouse)
        land(lander, tmp_path / "more.jsonl", [lines(answer(1))])
        assert has_news(warehouse)
        request = RefreshRequest(end_of_day(LAST_DAY, SETTINGS.time_zone))
        assert stage(warehouse, load_relations(), request, wait_seconds=20) == 1
        assert has_news(warehouse)
        refreshed(warehouse)
        assert not has_news(warehouse)


@pytest.mark.slow
def test_an_empty_warehouse_has_no_news_and_one_never_refreshed_has(tmp_path: Path) -> None:
    """Before anything has landed nothing is to be refreshed; what landed first is."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        assert not has_news(warehouse)
        land(warehouse, tmp_path / "one.jsonl", [lines(answer(1))])
        assert has_news(warehouse)
