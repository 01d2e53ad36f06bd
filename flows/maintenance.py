"""Maintaining the warehouse, and running the health checks."""

from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from learnloom.flows.alarm import TOLD
from learnloom.flows.runtime import (
    RETRIES,
    RunProgress,
    do,
    is_under_prefect,
    logger,
    now,
    settings,
    this_run,
)
from learnloom.flows.schedule_monitor import on_time
from learnloom.pipelines.backup.everything import back_up_everything
from learnloom.pipelines.operate.finding import HealthFinding
from learnloom.pipelines.operate.health import examine
from learnloom.pipelines.operate.maintenance import MaintenanceSummary
from learnloom.pipelines.operate.maintenance import maintain as maintain_now
from learnloom.pipelines.privacy.retention import retain_and_erase
from learnloom.schemas.errors import LearnloomError


class ChecksFailedError(LearnloomError):
    """A health check failed; the artifacts of the run show the offending rows."""


@flow(name="maintain", flow_run_name="maintain the warehouse", **TOLD)
def maintain() -> dict[str, Any]:
    """Merge small files, drop old snapshots, keep the lineage of writes, erase what is due, make a backup."""
    done = do(maintain_warehouse)
    logger().info(
        "%d files merged, %d snapshots dropped, %d files removed, lineage of %d transactions kept",
        done.tidied.merged_files,
        done.tidied.expired_snapshots,
        done.tidied.removed_files,
        done.runs_kept,
    )
    if done.letters_forgotten:
        logger().info("content of %d old dead letters dropped", done.letters_forgotten)
    for waits_for in done.erasures:
        logger().info("erasure: %s", "it is at its end" if waits_for is None else f"it waits for {waits_for}")
    if done.backed_up is not None:
        logger().info("backup: %d of %d files copied", done.backed_up.copied, done.backed_up.files)
    return {
        **done.tidied._asdict(),
        "runs_kept": done.runs_kept,
        "letters_forgotten": done.letters_forgotten,
        "erasures": len(done.erasures),
        "backed_up": done.backed_up._asdict() if done.backed_up else None,
    }


@task(name="maintain warehouse", cache_policy=NO_CACHE, **RETRIES)
def maintain_warehouse() -> MaintenanceSummary:
    """Do the maintenance."""
    progress = RunProgress("maintain-progress", 3)
    chosen = settings()
    done = maintain_now(
        chosen,
        clock=now,
        back_up=back_up_everything,
        erase=lambda warehouse: retain_and_erase(warehouse, chosen, clock=now),
        run=this_run("maintain"),
        on_progress=progress,
    )
    progress.end()
    return done


@flow(name="check", flow_run_name="check data, freshness and model", **TOLD)
def check() -> dict[str, Any]:
    """Run the health checks, and fail visibly if one fails.

    Raises:
        ChecksFailedError: a check failed; an artifact of the run shows the first of the offending rows.
    """
    findings = do(run_health_checks)
    failed = [finding for finding in findings if finding.is_passed is False]
    if is_under_prefect():
        _show(findings, failed)
    for finding in failed:
        logger().error("%s: %s", finding.name, finding.message)
    if failed:
        raise ChecksFailedError(
            f"{len(failed)} of {len(findings)} checks failed: "
            + "; ".join(f"{finding.name}: {finding.message}" for finding in failed)
        )
    unknown = sum(finding.is_passed is None for finding in findings)
    logger().info("%d checks passed, %d not known yet", len(findings) - unknown, unknown)
    return {"passed": len(findings) - unknown, "unknown": unknown}


@task(name="run checks", cache_policy=NO_CACHE, **RETRIES)
def run_health_checks() -> list[HealthFinding]:
    """Run every check."""
    chosen = settings()
    return [
        on_time(late_minutes=chosen.flows.late_minutes, now=now()),
        *examine(chosen, now=now()),
    ]


def _show(findings: list[HealthFinding], failed: list[HealthFinding]) -> None:
    states = {True: "passed", False: "FAILED", None: "unknown"}
    create_table_artifact(
        table=[
            {"check": finding.name, "state": states[finding.is_passed], "result": finding.message}
            for finding in sorted(findings, key=lambda each: each.is_passed is not False)
        ],
        key="checks",
        description="Every check of this run.",
    )
    for finding in failed:
        if finding.rows:
            create_table_artifact(
                table=[{name: str(value) for name, value in row.items()} for row in finding.rows],
                key=f"offending-{finding.name.replace('_', '-')}",
                description=f"First offending rows of {finding.name}: {finding.message}",
            )
