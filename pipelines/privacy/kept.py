"""What is kept where, why, and for how long: documents are made from this list, and a test holds it to be whole."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.relation import Relation

SUPPORT: Final = "supporting the student's learning: profile, signals, reviews"
PROOF: Final = "showing what came in and what was refused, so that nothing is lost or counted twice"
MODEL: Final = "fitting and checking the learner model"
OPERATION: Final = "running the warehouse: positions, versions, who wrote what"
SCHOOL: Final = "what the school itself has told of skills, plans, people and words"
PURPOSES: Final = (SUPPORT, PROOF, MODEL, OPERATION, SCHOOL)

GOOD: Final = "until the student is erased"
COMPUTED: Final = "not kept: computed when it is read"
NEXT: Final = "until the next refresh computes it anew; gone with the student"
NONE: Final = "names nobody"


class Kept(NamedTuple):
    """Something that is kept."""

    place: str
    """Full name of a relation; a table beside them, as lrs.NAME, login.NAME, pages.NAME, vault.NAME or audit.NAME; or a
    file or folder in the warehouse's folder."""
    what: str
    purpose: str
    kept_for: str
    is_personal: bool


_LANDING: Final = {
    "landing.statement": (PROOF, GOOD, True),
    "landing.statement_version": (PROOF, GOOD, True),
    "landing.dead_letter": (PROOF, "dead_letter_retention_days, then without its content", True),
    "landing.dead_letter_delivery": (OPERATION, NONE, False),
    "landing.listed_key": (SUPPORT, "until the lists name the person no more, or the person is erased", True),
    "landing.former_key": (SUPPORT, "for good, or until the student is erased", True),
    "landing.person": (SCHOOL, GOOD, True),
    "landing.person_event": (SCHOOL, GOOD, True),
    "landing.login_match": (SCHOOL, GOOD, True),
    "landing.roster_member": (SCHOOL, "until the roster is imported again, or the person is erased", True),
    "landing.staff": (SCHOOL, "until the school tells otherwise, or the person is erased", True),
    "landing.student_prior": (
        SUPPORT,
        "until a rule of retention says otherwise, or the student is erased",
        True,
    ),
    "landing.skill_prior": (
        SUPPORT,
        "until a rule of retention says otherwise, or the student is erased",
        True,
    ),
    "landing.erasure": (PROOF, "for good: random numbers that name nobody", False),
    "landing.erased": (PROOF, "for good: hashes that name nobody", False),
    "landing.fence": (OPERATION, NONE, False),
    "landing.lineage": (OPERATION, NONE, False),
    "landing.student_key_version": (OPERATION, NONE, False),
    "landing.position": (
        OPERATION,
        "as long as the topic or file is read; a file's name may be a person's",
        True,
    ),
}
_SCHOOLS: Final = ("skill", "skill_map", "course_run", "course_work", "vocabulary")
_LATER: Final = {
    "feedback.outbox": (SUPPORT, f"{GOOD}, or a rule lets the content of what has ended go", True),
    "feedback.delivery": (OPERATION, GOOD, True),
    "feedback.delivery_position": (OPERATION, NONE, False),
    "run.student_digest": (OPERATION, NEXT, True),
    "feedback.holdout_draw": (MODEL, GOOD, True),
    "feedback.teacher_message": (SUPPORT, NEXT, True),
    "feedback.teacher_told": (SUPPORT, GOOD, True),
    "dimensional.dim_former_key": (SUPPORT, COMPUTED, True),
    "dimensional.dim_staff": (SCHOOL, NEXT, True),
    "staging.stg_identifier": (SUPPORT, GOOD, True),
    "staging.stg_learner": (SUPPORT, GOOD, True),
    "staging.stg_role": (SUPPORT, GOOD, True),
    "staging.stg_student_prior": (SUPPORT, NEXT, True),
    "staging.stg_skill_prior": (SUPPORT, NEXT, True),
    "staging.stg_staff": (SCHOOL, NEXT, True),
    "staging.stg_statement": (SUPPORT, GOOD, True),
}
_BY_SCOPE: Final = {
    "student": (SUPPORT, NEXT, True),
    "read": (SUPPORT, COMPUTED, True),
    "version": (
        MODEL,
        "for good, with its model version; of a question that one student alone answered it may tell something",
        False,
    ),
    "activity": (SUPPORT, "figures over students", False),
    "course": (SUPPORT, "figures over students", False),
    "skill": (SUPPORT, "figures over students", False),
    "mention": (SUPPORT, "as long as a statement mentions it", False),
    "reference": (SUPPORT, "as long as a statement or the school mentions it", False),
    "state": (OPERATION, NONE, False),
    "landing": (SUPPORT, GOOD, True),
    "": (OPERATION, NONE, False),
}
_STORE: Final = {
    "entry": (
        "what platforms have sent, until it stands in the warehouse",
        PROOF,
        "the newest 100,000 keep their bytes",
        True,
    ),
    "entry_agent": ("by whom an entry is found", OPERATION, GOOD, True),
    "entry_activity": ("by what an entry is found", OPERATION, NONE, False),
    "landed": ("when an entry landed", OPERATION, NONE, False),
    "followed": ("how far the index has come", OPERATION, NONE, False),
    "journal": ("which journal it is", OPERATION, NONE, False),
    "progress": ("how far things have come", OPERATION, NONE, False),
    "activity": ("what was said of activities, which may name somebody", OPERATION, GOOD, True),
    "agent_name": ("names of agents", OPERATION, GOOD, True),
    "document": ("state and profiles that platforms keep of students", SUPPORT, GOOD, True),
    "key": ("with which platforms send", OPERATION, "until it is revoked", False),
    "learner": ("short keys of students", OPERATION, GOOD, True),
    "session": ("sessions of short keys", OPERATION, "until it expires", True),
}
_LOGIN: Final = {
    "begun": ("logins that have begun", OPERATION, "10 minutes, and until another one begins", True),
    "session": ("who is logged in, and as whom", OPERATION, "until the session ends", True),
    "came": ("who has logged in, and whether anybody was found for them", OPERATION, "400 days", True),
    "platform": ("platforms that have registered themselves", OPERATION, NONE, False),
    "invitation": ("hashes of invitations to register", OPERATION, NONE, False),
    "member_list": ("where platforms give the members of courses", OPERATION, NONE, False),
    "own_key": ("the key by which platforms know us", OPERATION, NONE, False),
}
_BESIDE: Final = (
    Kept(
        "pages.answer",
        "answers given on pages (answers.sqlite in `pages`)",
        SUPPORT,
        "until a refresh has counted the statement that says the same",
        True,
    ),
    Kept(
        "vault.person",
        "names and years of birth (setting `vault.file` or `vault.database`)",
        SCHOOL,
        "until it is forgotten",
        True,
    ),
    Kept(
        "vault.alias", "whose an identifier or a pseudonym is", SCHOOL, "until the person is forgotten", True
    ),
    Kept(
        "vault.consent",
        "for what data may be used",
        SCHOOL,
        "until the person is forgotten; of a pseudonym for good, which names nobody then",
        True,
    ),
    Kept(
        "audit.look",
        "who looked at whom, by key (setting `vault.audit_file`)",
        PROOF,
        "audit_days, of who is erased too",
        True,
    ),
    Kept("audit.anchor", "where the chain of looks begins", PROOF, NONE, False),
)
FILES: Final = (
    Kept(
        "catalog.sqlite",
        "the catalogue: which files count, and bounds of their values",
        OPERATION,
        GOOD,
        True,
    ),
    Kept("data", "the rows of all relations, as Parquet", SUPPORT, "as its relation", True),
    Kept("lrs", "the store of `learnloom lrs`, and attachments", PROOF, "as its tables", True),
    Kept("known-ids", "hashes of ids, for the duplicate check", OPERATION, NONE, False),
    Kept(
        "refresh",
        "what a refresh under way has computed",
        OPERATION,
        "until it ends, or another begins",
        True,
    ),
    Kept(
        "erasure",
        "receipts; until it is at its end, whom an erasure is about",
        PROOF,
        "receipts for good",
        True,
    ),
    Kept("login", "the database of logins, where the catalogue is a file", OPERATION, "as its tables", True),
    Kept(
        "pages",
        "answers given on pages, and the read model: a copy of what pages show",
        SUPPORT,
        "the read model until the next refresh; written anew without whoever is erased",
        True,
    ),
    Kept("student.key", "the secret with which the keys of students are made", OPERATION, NONE, False),
    Kept("turns", "the turns to refresh and to deliver", OPERATION, NONE, False),
    Kept("writing.lock", "the turn to write", OPERATION, NONE, False),
    Kept("writing.next.lock", "who writes next", OPERATION, NONE, False),
)


def kept_of(relation: Relation) -> Kept:
    """What is kept in a relation.

    Raises:
        KeyError: the list does not know it.
    """
    name = relation.full_name
    if relation.layer == "landing":
        entry = (SCHOOL, NONE, False) if relation.name in _SCHOOLS else _LANDING[name]
    else:
        entry = _LATER.get(name) or _BY_SCOPE[relation.scope]
    return Kept(name, relation.description, *entry)


def store_kept() -> list[Kept]:
    """What is kept in the tables of the store of `learnloom lrs`."""
    return [Kept(f"lrs.{name}", *entry) for name, entry in _STORE.items()]


def beside_kept() -> list[Kept]:
    """What is kept in tables of logins and pages, in the vault and in the audit."""
    return [*(Kept(f"login.{name}", *entry) for name, entry in _LOGIN.items()), *_BESIDE]


def everything_kept(relations: Iterable[Relation]) -> list[Kept]:
    """All of it: relations, tables of the store and beside it, files and folders."""
    return [*map(kept_of, relations), *store_kept(), *beside_kept(), *FILES]


def retention_of(settings: Settings) -> dict[str, str]:
    """For how long things are kept by the settings of a school, in words."""
    flows = settings.flows
    letters = flows.dead_letter_retention_days
    rules = {
        f"{rule.what.replace('_', ' ')}, by the rule {rule.name}": f"{rule.days} days"
        + (" after the end of the course" if rule.counted_from == "course_end" else "")
        for rule in settings.retention.rules
    }
    return {
        "statements and what is computed from them": f"{GOOD}, or a rule lets them go" if rules else GOOD,
        **rules,
        "the content of refused records": "for good" if letters is None else f"{letters} days",
        "earlier states of the warehouse": f"{flows.snapshot_retention_days} days",
        "earlier states that hold a student who was erased": f"at the most {flows.erasure_days} days",
        "the backup": "as the warehouse: it is made again" if flows.backup else "none is made by maintenance",
    }
