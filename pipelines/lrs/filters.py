"""The parameters of GET statements (Communication 1.0.3, 2.1.3), read and turned into a query of the journal."""

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.lrs.access import MINE, reads_all_statements
from learnloom.pipelines.lrs.findable import activity_key, agent_key
from learnloom.pipelines.lrs.message import Call, RefusedError, only
from learnloom.schemas.xapi.equality import comparable_instant
from learnloom.schemas.xapi.statement import find_breaches

ONE: Final = ("statementId", "voidedStatementId")
_FORMS: Final = frozenset({"format", "attachments"})
AFTER: Final = "after"
"""Our own: where `more` goes on."""
_FILTERS: Final = frozenset(
    {
        *("agent", "verb", "activity", "registration", "related_activities", "related_agents"),
        *("since", "until", "limit", "ascending", AFTER),
    }
)
COLUMNS: Final = (
    "entry.seq AS seq, entry.id AS id, entry.stored AS stored, entry.key_id AS key_id, "
    "entry.version AS version, length(entry.raw) AS size"
)
_MOST: Final = 500
"""Statements in one answer."""


class Query(NamedTuple):
    """What is asked for."""

    sql: str
    values: dict[str, Any]
    limit: int


class Filter(NamedTuple):
    """What statements are to be."""

    values: dict[str, Any]
    tables: str
    """`entry`, and tables joined to it."""
    fits: str
    """Condition on `tables` for what fits itself; empty: everything does."""
    leading: str
    """That of `tables` along which is read."""


def one_of(call: Call) -> tuple[str, bool] | None:
    """The single statement that is asked for, and whether it is to be a voided one; None: it is a query.

    Raises:
        RefusedError: 400, both are asked for, or parameters stand beside that do not go with one.
    """
    asked = [name for name in ONE if name in call.parameters]
    if not asked:
        only(call.parameters, _FILTERS | _FORMS | set(ONE))
        return None
    only(call.parameters, frozenset(ONE) | _FILTERS | _FORMS)
    if len(asked) > 1 or set(call.parameters) & _FILTERS:
        raise RefusedError(400, f"{asked[0]} stands alone, or with format and attachments only")
    (name,) = asked
    check_values({"registration": call.parameters[name]}, call.version, named=name)
    return call.parameters[name].lower(), name == "voidedStatementId"


def query_of(call: Call) -> Query:
    """Read the parameters of a query.

    Raises:
        RefusedError: 400, a value is wrong; the message names it.
    """
    limit = min(_whole(call.parameters, "limit") or _MOST, _MOST)
    asked = asked_of(call)
    sql = _sql(asked, is_ascending=flag(call.parameters, "ascending"))
    return Query(sql, asked.values | {"count": limit + 1}, limit)


def asked_of(call: Call) -> Filter:
    """Read what is asked for, whatever the order.

    Raises:
        RefusedError: 400, a value is wrong; the message names it.
    """
    given = call.parameters
    agent = json_agent(given["agent"]) if "agent" in given else None
    checked = {
        name: given[name] for name in ("verb", "activity", "registration", "since", "until") if name in given
    }
    check_values(checked | ({"agent": agent} if agent is not None else {}), call.version)
    values: dict[str, Any] = {
        "agent": agent_key(agent),
        "activity": activity_key(given["activity"]) if "activity" in given else None,
        "verb": given.get("verb"),
        "registration": given["registration"].lower() if "registration" in given else None,
        "since": comparable_moment(given["since"]) if "since" in given else None,
        "until": comparable_moment(given["until"]) if "until" in given else None,
        "after": _whole(given, AFTER) if AFTER in given else None,
        "key_id": None if reads_all_statements(call.scopes) else call.key_id,
    }
    related_agents, related_activities = (
        flag(given, name) for name in ("related_agents", "related_activities")
    )
    by_key = []
    if values["agent"] is not None:
        by_key.append(_by_key("entry_agent", "agent", only_direct=not related_agents))
    if values["activity"] is not None:
        by_key.append(_by_key("entry_activity", "activity", only_direct=not related_activities))
    by_column = [f"entry.{name} = :{name}" for name in ("verb", "registration") if values[name] is not None]
    joined = (f"INNER JOIN {table} AS by_{table} ON by_{table}.seq = entry.seq" for table, _ in by_key)
    return Filter(
        values,
        " ".join(["entry", *joined]),
        " AND ".join([*(condition for _, condition in by_key), *by_column]),
        # The first key leads: its rows lie in the order asked for, and reading ends where the page is full.
        f"by_{by_key[0][0]}" if by_key else "entry",
    )


def _sql(asked: Filter, *, is_ascending: bool) -> str:
    """Compose the query: what fits itself, read along an index up to the limit, and what refers to what fits."""
    values, tables, fits, leading = asked
    direction = f"{'ASC' if is_ascending else 'DESC'} LIMIT :count"
    order = f"ORDER BY seq {direction}"
    own = own_conditions(values, "entry", is_ascending=is_ascending)
    if not fits:
        return f"SELECT {COLUMNS} FROM entry WHERE {own} {order}"
    own_of_leading = own_conditions(values, leading, is_ascending=is_ascending)
    # Whatever refers to a statement that fits, fits too; limits of time hold for each itself (2.1.3.s4).
    return f"""
        WITH RECURSIVE chain (seq, target) AS (
            SELECT seq, refers_to FROM entry WHERE refers_to IS NOT NULL
            UNION
            SELECT chain.seq, entry.refers_to FROM chain INNER JOIN entry ON chain.target = entry.id
            WHERE entry.refers_to IS NOT NULL
        ),

        referring AS (
            SELECT chain.seq FROM chain CROSS JOIN {tables} WHERE chain.target = entry.id AND {fits}
        )

        SELECT * FROM (SELECT {COLUMNS} FROM {tables} WHERE {fits} AND {own_of_leading}
            ORDER BY {leading}.seq {direction}) AS itself
        UNION
        SELECT * FROM (SELECT {COLUMNS} FROM entry WHERE seq IN (SELECT seq FROM referring) AND {own} {order})
            AS referring_to_it
        {order}
    """


def _by_key(table: str, name: str, *, only_direct: bool) -> tuple[str, str]:
    """Give a table of keys, and the condition under which one of its rows counts."""
    condition = f"by_{table}.{name} = :{name}"
    return table, f"{condition} AND by_{table}.is_direct" if only_direct else condition


def own_conditions(values: dict[str, Any], leading: str, *, is_ascending: bool) -> str:
    """Say what holds for each statement that is given, whatever it refers to."""
    conditions = ["entry.id IS NOT NULL", "NOT entry.is_voided"]
    for name, condition in (
        ("since", "entry.stored > :since"),
        ("until", "entry.stored <= :until"),
        ("key_id", MINE),
        ("after", f"{leading}.seq {'>' if is_ascending else '<'} :after"),
    ):
        if values[name] is not None:
            conditions.append(condition)
    return " AND ".join(conditions)


def check_values(values: dict[str, Any], version: str, *, named: str | None = None) -> None:
    """Hold values of parameters to the rules of statements.

    Raises:
        RefusedError: 400, naming the parameter.
    """
    activity_id = values.get("activity", "urn:any")
    agent = values.get("agent", {"mbox": "mailto:any@example.org"})
    places = {"actor": "agent", "verb": "verb", "object": "activity", "context": "registration"}
    for time in ("since", "until", None):
        statement = {
            "actor": agent,
            "verb": {"id": values.get("verb", "urn:any")},
            "object": {"id": activity_id},
        }
        if "registration" in values:
            statement["context"] = {"registration": values["registration"]}
        if time in values:
            statement["timestamp"] = values[time]
        for breach in find_breaches(statement, default_version=version):
            name = named or places.get(str(breach.path[0]), str(time)) if breach.path else "agent"
            raise RefusedError(400, f"the value of {name} is wrong: it breaks the rule {breach.rule}")


def flag(given: Any, name: str) -> bool:
    """Read a parameter that is true or false.

    Raises:
        RefusedError: 400, it is neither.
    """
    value = given.get(name, "false")
    if value not in ("true", "false", "True", "False"):  # the latter two: as Python's tincan writes them
        raise RefusedError(400, f"{name} is {value!r}: it can be true or false")
    return bool(value.lower() == "true")


def _whole(given: Any, name: str) -> int:
    value = given.get(name, "0")
    if not (value.isascii() and value.isdigit() and len(value) < 19):  # noqa: PLR2004 - what SQLite's integers hold
        raise RefusedError(400, f"{name} is {value[:40]!r}: it can be a whole number from 0 on")
    return int(value)


def json_agent(text: str) -> dict[str, Any]:
    """Read an agent or identified group that a parameter holds as JSON.

    Raises:
        RefusedError: 400, it is none.
    """
    try:
        agent = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RefusedError(400, f"the parameter agent is no JSON: {error}") from error
    if not isinstance(agent, dict) or agent_key(agent) is None:
        raise RefusedError(
            400, "the parameter agent is no agent with one identifier: mbox, mbox_sha1sum, openid or account"
        )
    return agent


def comparable_moment(text: str) -> int:
    """Give a valid timestamp in milliseconds since 1970.

    Raises:
        RefusedError: 400, it is in none of the years that can be reckoned with.
    """
    instant = comparable_instant(text).replace("Z", "+00:00")
    try:
        return int(datetime.fromisoformat(instant).astimezone(UTC).timestamp() * 1_000)
    except (ValueError, OverflowError) as error:
        raise RefusedError(400, f"{text[:40]!r} is no time: {error}") from error
