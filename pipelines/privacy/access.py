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
from learnloom.pipelines.privacy.access_beside import write_beside
from learnloom.pipelines.privacy.access_rows import write_relations
from learnloom.pipelines.privacy.access_said import REFUSED, STATEMENTS, write_sent
from learnloom.pipelines.privacy.errors import ErasureError
from learnloom.pipelines.privacy.given import where_given
from learnloom.pipelines.privacy.kept import PURPOSES, everything_kept, retention_of
from learnloom.pipelines.privacy.retention_find import CARRIED
from learnloom.pipelines.privacy.subject import Subject, find_subject
from learnloom.pipelines.refresh.why import why
from learnloom.pipelines.serve.students import StudentMissingError, read_profile
from learnloom.pipelines.vault.names import Consent, consent_of
from learnloom.pipelines.vault.opening import has_vault, may_read_names
from learnloom.schemas.event import FORGOTTEN
from learnloom.schemas.profile import StudentProfile

_SKILL_PRIOR: Final = CARRIED[1]
_PROFILE: Final = "feedback.student_profile"
_RAISED: Final = "raised"
_OWNER_ONLY: Final = 0o700


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
    """Write everything that is kept of a student into a new folder, its owner's alone: for machines, and as one page.

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
    folder.chmod(_OWNER_ONLY)
    sent = write_sent(warehouse, settings, subject, folder, now=now)
    own = [each.statement_id for each in sent.found.own]
    rows = write_relations(warehouse, subject, own, folder)
    rows |= write_beside(settings, subject, sent.found.tokens, folder, now=now)
    profile = _profile(warehouse, subject)
    explained = _explained(warehouse, settings, profile)
    signals = _signals(warehouse, subject)
    content = {
        "made_at": now.isoformat(),
        "student_key": subject.student_key,
        "identifiers": subject.identifiers,
        "names": subject.names,
        "statements": {"file": STATEMENTS, "count": sent.n_statements},
        "statements_of_others_that_name_you": len(sent.found.mentions),
        "refused": {"file": REFUSED, "count": sent.n_refused},
        "attachments": sent.attachments,
        "rows": rows,
        "profile": None if profile is None else profile.model_dump(mode="json"),
        "estimates": [each.model_dump(mode="json") for each, _ in explained],
        "carried": _carried(warehouse, subject),
        "signals": signals,
        "recipients": _recipients(settings),
        "purposes": PURPOSES,
        "consent": _consent(settings, subject),
        "looks": _looks(settings, subject),
        "retention": retention_of(settings),
        "kept": _kept(),
    }
    (folder / "access.json").write_text(
        json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8"
    )
    parts = _parts(content, profile, [line for _, lines in explained for line in (*lines, "")])
    (folder / "access.html").write_text(_page(now.isoformat(), parts), encoding="utf-8")
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return Given(subject.student_key, sent.n_statements, len(signals), len(explained), files)


def _profile(warehouse: Warehouse, subject: Subject) -> StudentProfile | None:
    """The student's profile; None where no refresh has made one yet."""
    if _PROFILE not in filled_tables(warehouse):
        return None
    try:
        return read_profile(warehouse, subject.student_key)
    except StudentMissingError:
        return None


def _kept() -> list[dict[str, Any]]:
    """What is kept of students where and why, and in which file of the answer it stands."""
    relations = load_relations()
    by_name = {each.full_name: each for each in relations}
    return [
        {**each._asdict(), "given": where_given(each, by_name)}
        for each in everything_kept(relations)
        if each.is_personal
    ]


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
        "WHERE list_contains($keys, student_key) AND change <> $forgotten ORDER BY sequence",
        {"keys": list(subject.keys), "forgotten": FORGOTTEN},
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
        looks = audit.looks(subject.keys)
    return [{"at": each.at, "who": each.who, "through": each.through, "what": each.what} for each in looks]


def _fate(sent: dict[str, Any]) -> str:
    """What became of a signal for a receiver, in words."""
    return f"given on {sent['at'][:10]}" if sent["status"] == "delivered" else "not given"


def _parts(
    content: dict[str, Any], profile: StudentProfile | None, reasons: Iterable[str]
) -> dict[str, Sequence[str]]:
    """The same for a person to read: what is said below which heading."""
    told = [] if profile is None else list(describe_profile(profile))
    signals = [
        f"{each['at'][:10]}, {'said' if each['change'] == _RAISED else 'no longer said'} to the {each['audience']}: "
        f"{(each['signal'] or {}).get('sentence') or each['kind']}"
        + "".join(f" ({one['receiver']}: {_fate(one)})" for one in each["receivers"])
        for each in content["signals"]
    ]
    return {
        "Who you are here": [*content["identifiers"], *content["names"], f"Key: {content['student_key']}"],
        "What you did": [
            f"{content['statements']['count']} statements; each stands as it came in {STATEMENTS}.",
            f"{content['refused']['count']} records that were refused; each stands as it came in {REFUSED}.",
            f"{len(content['attachments'])} attachments, in the folder attachments.",
            f"{content['statements_of_others_that_name_you']} statements of others name you; they are theirs as well.",
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
        "Where it is kept, and where you find it": [
            f"{each['place']}, {each['what']}: {each['given']}" for each in content["kept"]
        ],
        "What you can ask for": [
            "Your school corrects it, stops using it, gives it to you in this form, or erases it: ask for that.",
        ],
    }


def _page(made_at: str, parts: dict[str, Sequence[str]]) -> str:
    body = "\n".join(
        f"<h2>{html.escape(title)}</h2>\n"
        + "\n".join(f"<p>{html.escape(line)}</p>" for line in lines or ["Nothing."])
        for title, lines in parts.items()
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>What is kept of you</title>\n'
        "<style>body{font-family:sans-serif;max-width:45em;margin:2em auto;line-height:1.5}</style></head>\n"
        f"<body><h1>What is kept of you</h1>\n<p>Made {html.escape(made_at[:16])} UTC.</p>\n{body}\n"
        "</body></html>\n"
    )
