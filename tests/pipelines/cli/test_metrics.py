"""Figures for Prometheus, and the rules over them."""

import logging
import re
import shutil
import urllib.request
from pathlib import Path

import pytest
import yaml

from learnloom.pipelines.cli.options import Exit
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.operate.metrics import metrics_text, registry, serve_metrics
from servers.ports import free_port
from tests.conftest import _NOW, SmallClass
from tests.documents import ROOT
from tests.pipelines.cli.shell import learnloom

_RULES = ROOT / "alerts/learnloom.rules.yml"
_UNTOLD = {"learnloom_dead_letter_share", "learnloom_brokers_up", "learnloom_topic_behind_seconds"}
"""Unknown in a day in which nothing came, and where no topic was read (held by the tests of sources/kafka/lag)."""
_FIGURE = re.compile(r"learnloom_\w+")


def _figures(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.split() for line in lines)}


def test_figures_are_those_of_the_warehouse(school: SmallClass) -> None:
    """What is printed are counts and ages of this warehouse, each with help and type."""
    ran = learnloom("metrics", "--warehouse", str(school.folder))
    assert (ran.code, ran.err) == (Exit.DONE, "")
    found = _figures(ran.out)
    assert found["learnloom_up"] == 1
    assert found["learnloom_students"] == 20
    assert found["learnloom_refresh_age_seconds"] > 0
    assert ran.out.count("# HELP") == ran.out.count("# TYPE") == len(found)


def test_every_alert_is_over_a_figure_that_there_is(school: SmallClass) -> None:
    """No rule waits for a figure that nobody tells, and each is explained for the engineer."""
    told = set(_figures(learnloom("metrics", "--warehouse", str(school.folder)).out))
    page = (ROOT / "docs/how-to/operate.md").read_text(encoding="utf-8")
    rules = [rule for group in yaml.safe_load(_RULES.read_text())["groups"] for rule in group["rules"]]
    for rule in rules:
        assert set(_FIGURE.findall(rule["expr"])) <= told | _UNTOLD, rule["alert"]
        assert f"`{rule['alert']}`" in page
        # All figures may fall: such a function would take that for a restart, and the rest for what was added.
        assert not re.search(r"\b(?:increase|rate)\(", rule["expr"]), rule["alert"]
    assert any("absent(learnloom_up)" in rule["expr"] for rule in rules), (
        "nobody tells where all figures are away"
    )


def test_a_scrape_is_answered_also_where_there_is_no_warehouse(tmp_path: Path) -> None:
    """A warehouse that cannot be read is told as such, and the scrape does not fail."""
    port = free_port()
    settings = Settings(warehouse=tmp_path / "none")
    server, thread = serve_metrics(settings, clock=lambda: _NOW, host="127.0.0.1", port=port)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert _figures(answer.read().decode()) == {"learnloom_up": 0}
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.slow
def test_data_that_cannot_be_read_are_told_as_such(
    school: SmallClass, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the catalogue stands and its files do not, the scrape says so, and the log says which is missing."""
    folder = Path(shutil.copytree(school.folder, tmp_path / "warehouse"))
    for file in folder.rglob("*.parquet"):
        file.unlink()
    with caplog.at_level(logging.WARNING):
        found = _figures(metrics_text(registry(Settings(warehouse=folder), clock=lambda: _NOW)))
    assert found == {"learnloom_up": 0}
    assert ".parquet" in caplog.text
