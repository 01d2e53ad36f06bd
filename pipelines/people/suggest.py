"""Who may be one person, or staff: said with the reason, and never done by itself."""

from collections import defaultdict
from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.events import WhoIsWho
from learnloom.pipelines.serve.students import must_be_refreshed

_MOST_ALIKE: Final = 5
"""What more people than these have in common tells nobody from others: a name like Guest, a number like 1."""

_PAIRS: Final = f"""
    WITH met AS (
        SELECT
            *,
            CASE identifier_kind WHEN 'account' THEN split_part(identifier, ' ', 1) END AS home_page,
            CASE identifier_kind WHEN 'account' THEN lower(identifier[instr(identifier, ' ') + 1:]) END AS account_name,
            lower(trim(actor_name)) AS name
        FROM staging.stg_identifier
    ),
    mailboxes AS (
        SELECT
            identifier_key,
            identifier_kind,
            CASE
                WHEN identifier_kind = 'mbox' THEN sha1(lower(identifier))
                WHEN identifier_kind = 'mbox_sha1sum' THEN identifier
                WHEN account_name LIKE '_%@_%._%' THEN sha1('mailto:' || account_name)
            END AS mailbox
        FROM met
    ),
    named AS (
        SELECT DISTINCT met.identifier_key, met.student_key, met.name, fact_enrolment.course_id
        FROM met
        INNER JOIN dimensional.fact_enrolment ON met.student_key = fact_enrolment.student_key
        WHERE length(met.name) >= 3
    ),
    alike AS (
        SELECT 'same account name at two home pages' AS reason, account_name AS value, identifier_key
        FROM met
        -- A short number is a row's number somewhere, and says nothing elsewhere.
        WHERE length(account_name) >= 3 AND NOT regexp_full_match(account_name, '[0-9]{{1,5}}')
        UNION ALL
        SELECT 'same mailbox', mailbox, identifier_key FROM mailboxes WHERE mailbox IS NOT NULL
        UNION ALL
        SELECT 'same name in the same course, never active at the same time', name || chr(31) || course_id,
            identifier_key
        FROM named
    ),
    common AS (
        SELECT reason, value FROM alike GROUP BY ALL
        HAVING count(DISTINCT identifier_key) BETWEEN 2 AND {_MOST_ALIKE}
    ),
    pairs AS (
        SELECT DISTINCT one.reason, one.identifier_key AS one_key, other.identifier_key AS other_key
        FROM alike AS one
        SEMI JOIN common USING (reason, value)
        INNER JOIN alike AS other USING (reason, value)
        WHERE one.identifier_key < other.identifier_key
    ),
    keyed AS (
        SELECT DISTINCT identifier_key, student_key FROM met
    ),
    at_once AS (
        SELECT DISTINCT pairs.one_key, pairs.other_key
        FROM pairs
        INNER JOIN keyed AS one ON pairs.one_key = one.identifier_key
        INNER JOIN keyed AS other ON pairs.other_key = other.identifier_key
        INNER JOIN dimensional.fact_session AS left_one ON one.student_key = left_one.student_key
        INNER JOIN dimensional.fact_session AS right_one ON other.student_key = right_one.student_key
        WHERE
            pairs.reason LIKE 'same name%'
            AND left_one.started_at <= right_one.ended_at AND right_one.started_at <= left_one.ended_at
    )
    SELECT one_key, other_key, reason
    FROM pairs
    WHERE NOT (reason LIKE 'same name%' AND (one_key, other_key) IN (SELECT (one_key, other_key) FROM at_once))
    ORDER BY ALL
"""
_STAFF: Final = """
    SELECT student_key, string_agg(DISTINCT role, ', ' ORDER BY role)
    FROM staging.stg_role
    SEMI JOIN staging.stg_learner USING (student_key)
    ANTI JOIN dimensional.dim_staff USING (student_key)
    ANTI JOIN staging.stg_staff USING (student_key)
    GROUP BY student_key ORDER BY student_key
"""


class Suggestion(NamedTuple):
    """Two who may be one person, or one who may be staff."""

    kind: str
    """merge or staff."""
    identifiers: list[str]
    """Of a merge two, whoever was met first before the other."""
    names: list[str | None]
    reasons: list[str]


def suggest(warehouse: Warehouse, who: WhoIsWho, *, limit: int) -> list[Suggestion]:
    """Suggest who may be one person, most reasons first, then who may be staff.

    Whoever was told to be another person (split) is not suggested again.

    Raises:
        WarehouseError: there was no refresh so far.
    """
    must_be_refreshed(warehouse, "staging.stg_identifier")
    rows = warehouse.rows(
        "SELECT identifier_key, arg_min(identifier, identifier_kind), min(actor_name), min(first_seen_at), "
        "any_value(student_key) FROM staging.stg_identifier GROUP BY identifier_key"
    )
    met = {key: (first_seen_at, identifier, name) for key, identifier, name, first_seen_at, _ in rows}
    reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one, other, reason in warehouse.rows(_PAIRS):
        if not _is_settled(who, one, other):
            reasons[one, other].append(reason)
    merges = [
        Suggestion("merge", [each[1] for each in pair], [each[2] for each in pair], found)
        for keys, found in reasons.items()
        for pair in [sorted(met[key] for key in keys)]
    ]
    merges.sort(key=lambda each: (-len(each.reasons), each.identifiers))
    of_person = {student_key: key for key, *_, student_key in rows}
    staff = [
        Suggestion("staff", [met[key][1]], [met[key][2]], [f"named as {roles}, and has results of their own"])
        for student_key, roles in warehouse.rows(_STAFF)
        if (key := of_person.get(student_key)) is not None
    ]
    return [*merges, *staff][:limit]


def _is_settled(who: WhoIsWho, one: str, other: str) -> bool:
    """Whether they are one person already, or were told not to be."""
    return who.person(one) == who.person(other) or bool(
        {(one, who.person(other)), (other, who.person(one))} & who.apart
    )
