"""What is kept of a student, given to the student: their right to know, and to take it with them."""

import datetime as dt
import html
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from learnloom.pipelines.audit.noting import note_look, open_audit
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import PURPOSES as USES
from learnloom.pipelines.feedback.describe import describe_profile
from learnloom.pipelines.feedback.why import describe_why
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import filled_tables, load_relations
from learnloom.pipelines.privacy.errors import ErasureError
from learnloom.pipelines.privacy.kept import PURPOSES, everything_kept, retention_of
from learnloom.pipelines.privacy.retention_find import CARRIED
from learnloom.pipelines.privacy.subject import Subject, find_subject
from learnloom.pipelines.refresh.why import why
from learnloom.pipelines.serve.students import StudentMissingError, read_profile
from learnloom.pipelines.vault.names import Consent, consent_of
from learnloom.pipelines.vault.opening import has_vault, may_read_names
from learnloom.schemas.profile import StudentProfile

_STAGED: Final = "staging.stg_statement"
_SKILL_PRIOR: Final = CARRIED[1]
_RAISED: Final = "raised"
_AT_ONCE: Final = 5_000
_MOST_LOOKS: Final = 10_000


class Given(NamedTuple):
    """What was written."""

    student_key: str
    statements: int
    signals: int
    estimates: int
    files: list[str]


def give_access(
    warehouse: Warehouse, settings: Settings, wanted: str, folder: Path, *, who: str, now: dt.datetime
) -> Given:
    """Write everything that is kept of a student into a new folder: for machines, and as one page.

    Args:
        warehouse: within a transaction, so that all of it is of one moment.
        settings: a school's choices.
        wanted: key, identifier, account name or name of the student.
        folder: must be absent or empty.
        who: on whose account it is written: a look like any other, of which the page tells too.
        now: the present moment.

    Raises:
        PersonError: nobody goes by that, or several do.
        ErasureError: there is something in the folder.
        AuditError: the look cannot be kept; then nothing is written.
        VaultError: there is a vault, and it is none.
    """
    subject = find_subject(warehouse, settings, wanted, now)
    if folder.exists() and any(folder.iterdir()):
        raise ErasureError(f"{folder} is not empty: name a new folder")
    note_look(settings, now, who=who, through="export", what="access", students=[subject.student_key])
    folder.mkdir(parents=True, exist_ok=True)
    n_statements = _write_statements(warehouse, subject, folder / "statements.jsonl")
    try:
        profile = read_profile(warehouse, subject.student_key)
    except StudentMissingError:
        profile = None
    explained = _explained(warehouse, settings, profile)
    signals = _signals(warehouse, subject)
    content = {
        "made_at": now.isoformat(),
        "student_key": subject.student_key,
        "identifiers": subject.identifiers,
        "names": subject.names,
        "statements": {"file": "statements.jsonl", "count": n_statements},
        "profile": None if profile is None else profile.model_dump(mode="json"),
        "estimates": [each.model_dump(mode="json") for each, _ in explained],
        "carried": _carried(warehouse, subject),
        "signals": signals,
        "recipients": _recipients(settings),
        "purposes": PURPOSES,
        "consent": _consent(settings, subject),
        "looks": _looks(settings, subject),
        "retention": retention_of(settings),
        "kept": [each._asdict() for each in everything_kept(load_relations()) if each.is_personal],
    }
    (folder / "access.json").write_text(
        json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8"
    )
    page = _page(content, profile, [line for _, lines in explained for line in (*lines, "")])
    (folder / "access.html").write_text(page, encoding="utf-8")
    files = ["access.html", "access.json", "statements.jsonl"]
    return Given(subject.student_key, n_statements, len(signals), len(explained), files)


def _write_statements(warehouse: Warehouse, subject: Subject, path: Path) -> int:
    """Write the student's statements as they came, in the order in which they landed."""
    if _STAGED not in filled_tables(warehouse):
        path.write_bytes(b"")
        return 0
    rows = warehouse.arrow_batches(
        f"SELECT raw FROM {LAKE}.landing.statement WHERE statement_id IN "
        f"(SELECT statement_id FROM {LAKE}.{_STAGED} WHERE list_contains($keys, student_key)) "
        "ORDER BY landed_at, statement_id",
        {"keys": list(subject.keys)},
        at_once=_AT_ONCE,
    )
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for batch in rows:
            for raw in batch.column(0).to_pylist():
                file.write(" ".join(raw.splitlines()) + "\n")
                count += 1
    return count


def _explained(
    warehouse: Warehouse, settings: Settings, profile: StudentProfile | None
) -> list[tuple[Any, Sequence[str]]]:
    """Each estimate with the answers and the terms behind it, and the same in words."""
    found: list[tuple[Any, Sequence[str]]] = []
    if profile is None:
        return found
    for skill in profile.skills:
        if skill.n_attempts:
            explained = why(warehouse, profile, skill, thresholds=settings.thresholds)
            found.append((explained, list(describe_why(explained))))
    return found


def _carried(warehouse: Warehouse, subject: Subject) -> list[dict[str, Any]]:
    """What is known of skills from statements that are no longer kept."""
    if _SKILL_PRIOR not in filled_tables(warehouse):
        return []
    rows = warehouse.arrow(
        f"SELECT * EXCLUDE (identifier_key) FROM {LAKE}.{_SKILL_PRIOR} "
        "WHERE list_contains($keys, identifier_key) ORDER BY skill_id",
        {"keys": list(subject.keys)},
    )
    found: list[dict[str, Any]] = rows.to_pylist()
    return found


def _signals(warehouse: Warehouse, subject: Subject) -> list[dict[str, Any]]:
    """Every signal that was ever raised or ended, and what became of it for each receiver."""
    filled = filled_tables(warehouse)
    if "feedback.outbox" not in filled:
        return []
    sent: dict[int, list[dict[str, Any]]] = {}
    if "feedback.delivery" in filled:
        for sequence, name, status, at in warehouse.rows(
            f"SELECT sequence, subscription, status, delivery.at FROM {LAKE}.feedback.delivery "
            "WHERE list_contains($keys, student_key) ORDER BY ALL",
            {"keys": list(subject.keys)},
        ):
            sent.setdefault(sequence, []).append({"receiver": name, "status": status, "at": at.isoformat()})
    rows = warehouse.rows(
        f"SELECT sequence, created_at, change, signal_kind, audience, event FROM {LAKE}.feedback.outbox "
        "WHERE list_contains($keys, student_key) ORDER BY sequence",
        {"keys": list(subject.keys)},
    )
    return [
        {
            "at": at.isoformat(),
            "change": change,
            "kind": kind,
            "audience": audience,
            "receivers": sent.get(sequence, []),
            "signal": json.loads(event).get("data"),
        }
        for sequence, at, change, kind, audience, event in rows
    ]


def _recipients(settings: Settings) -> list[dict[str, str]]:
    return [{"name": each.name, "to": each.to} for each in settings.subscriptions]


def _consent(settings: Settings, subject: Subject) -> dict[str, dict[str, bool | None]]:
    """For what the student's data may be used, and whether that was told of the student or holds for all.

    None where the vault may not be read: then it is not known.
    """
    if has_vault(settings) and not may_read_names(settings):
        return {purpose: dict.fromkeys(Consent._fields) for purpose in USES}
    return {purpose: consent_of(settings, purpose, subject.identifiers)._asdict() for purpose in USES}


def _use(purpose: str, consent: dict[str, bool | None]) -> str:
    """Whether data may be used for a purpose, in words."""
    if consent["may_be_used"] is None:
        return f"{purpose}: not known here"
    whose = "" if consent["was_told"] else " (as for everybody)"
    return f"{purpose}: {'yes' if consent['may_be_used'] else 'no'}{whose}"


def _looks(settings: Settings, subject: Subject) -> list[dict[str, str]] | None:
    """Who looked at the student, or at everybody, latest first; None: no looks are kept."""
    if settings.vault.audit_file is None:
        return None
    with open_audit(settings) as audit:
        looks = audit.looks(subject.student_key, limit=_MOST_LOOKS)
    return [{"at": each.at, "who": each.who, "through": each.through, "what": each.what} for each in looks]


def _fate(sent: dict[str, Any]) -> str:
    """What became of a signal for a receiver, in words."""
    return f"given on {sent['at'][:10]}" if sent["status"] == "delivered" else "not given"


def _page(content: dict[str, Any], profile: StudentProfile | None, reasons: Iterable[str]) -> str:
    """The same for a person to read."""
    told = [] if profile is None else list(describe_profile(profile))
    signals = [
        f"{each['at'][:10]}, {'said' if each['change'] == _RAISED else 'no longer said'} to the {each['audience']}: "
        f"{(each['signal'] or {}).get('sentence') or each['kind']}"
        + "".join(f" ({one['receiver']}: {_fate(one)})" for one in each["receivers"])
        for each in content["signals"]
    ]
    parts = {
        "Who you are here": [*content["identifiers"], *content["names"], f"Key: {content['student_key']}"],
        "What you did": [
            f"{content['statements']['count']} statements; each stands as it came in statements.jsonl."
        ],
        "What is said of you": told,
        "Why": list(reasons),
        "What is known of your skills from statements that are no longer kept": [
            f"{each['skill_id']}: answers until {each['last_at']:%Y-%m-%d}, erased {each['carried_at']:%Y-%m-%d}"
            for each in content["carried"]
        ],
        "Signals about you, to whom they were given": signals,
        "Who receives signals": [f"{each['name']} ({each['to']})" for each in content["recipients"]],
        "What it is used for": list(content["purposes"]),
        "Whether it may be used": [_use(*each) for each in content["consent"].items()],
        "Who looked at it": ["It is not kept who looks."]
        if content["looks"] is None
        else [
            f"{each['at'][:16]}: {each['who']}, {each['through']} {each['what']}" for each in content["looks"]
        ],
        "How long it is kept": [f"{what}: {how_long}" for what, how_long in content["retention"].items()],
        "What you can ask for": [
            "Your school corrects it, stops using it, gives it to you in this form, or erases it: ask for that.",
        ],
    }
    body = "\n".join(
        f"<h2>{html.escape(title)}</h2>\n"
        + "\n".join(f"<p>{html.escape(line)}</p>" for line in lines or ["Nothing."])
        for title, lines in parts.items()
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>What is kept of you</title>\n'
        "<style>body{font-family:sans-serif;max-width:45em;margin:2em auto;line-height:1.5}</style></head>\n"
        f"<body><h1>What is kept of you</h1>\n<p>Made {html.escape(content['made_at'][:16])} UTC.</p>\n{body}\n"
        "</body></html>\n"
    )
