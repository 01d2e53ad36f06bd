"""The same deployments, whether they are served or deployed to a work pool."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.events import DeploymentEventTrigger

from learnloom.flows.deployments import deployments
from learnloom.pipelines.config.schedules import Schedules

_FILE = Path(__file__).parents[2] / "prefect.yaml"


def _served() -> dict[str, dict[str, Any]]:
    found = {}
    for each in asyncio.run(deployments(Schedules())):
        (schedule,) = each.schedules or []
        timing = schedule.schedule
        assert isinstance(timing, CronSchedule | IntervalSchedule)
        assert each.concurrency_options is not None
        triggers = [trigger for trigger in each.triggers if isinstance(trigger, DeploymentEventTrigger)]
        found[str(each.flow_name)] = {
            "schedule": timing.cron if isinstance(timing, CronSchedule) else timing.interval.total_seconds(),
            "events": sorted(event for trigger in triggers for event in trigger.expect),
            "limit": (each.concurrency_limit, each.concurrency_options.collision_strategy.value),
            "parameters": each.parameters,
        }
    return found


def _deployed() -> dict[str, dict[str, Any]]:
    found = {}
    for each in yaml.safe_load(_FILE.read_text(encoding="utf-8"))["deployments"]:
        ((_, timing),) = each["schedules"][0].items()
        found[each["entrypoint"].rpartition(".")[2]] = {
            "schedule": timing,
            "events": sorted(event for trigger in each.get("triggers", ()) for event in trigger["expect"]),
            "limit": (each["concurrency_limit"]["limit"], each["concurrency_limit"]["collision_strategy"]),
            "parameters": each.get("parameters", {}),
        }
    return found


def test_prefect_yaml_says_what_serve_does() -> None:
    """Flows, schedules, triggers, limits and parameters of the file are those of the settings' defaults."""
    assert _deployed() == _served()


def test_entry_points_of_prefect_yaml_are_flows() -> None:
    """Each names a module of the installed package that defines the flow of that name."""
    for each in yaml.safe_load(_FILE.read_text(encoding="utf-8"))["deployments"]:
        module, _, name = each["entrypoint"].rpartition(".")
        source = (_FILE.parent / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        assert f'@flow(name="{name}"' in source, each["entrypoint"]
        assert f"\ndef {name}(" in source, each["entrypoint"]


def test_without_topics_and_inbox_nothing_is_landed() -> None:
    """Where `consume` lands, no flow does."""
    names = {each.flow_name for each in asyncio.run(deployments(Schedules(topics=())))}
    assert "land" not in names
    assert "refresh" in names


@pytest.mark.parametrize("inbox", [None, Path("inbox")])
def test_beside_the_live_process_only_the_inbox_is_landed_on_a_schedule(inbox: Path | None) -> None:
    """`land` reads no topic, which would take partitions from the process, and has a schedule for an inbox alone."""
    found = asyncio.run(deployments(Schedules(inbox=inbox), is_live=True))
    (land,) = (each for each in found if each.flow_name == "land")
    assert land.parameters == {"topics": []}
    assert bool(land.schedules) == (inbox is not None)


@pytest.mark.parametrize("cron", ["every day", "* * * *"])
def test_a_schedule_that_is_none_is_refused(cron: str) -> None:
    """A cron schedule has five fields; anything else is told when the settings are read."""
    with pytest.raises(ValueError, match="refresh_cron"):
        Schedules(refresh_cron=cron)
