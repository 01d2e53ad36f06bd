"""What the rules read of one student, and the only place where a Signal is made."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.dismissals import Dismissals
from learnloom.pipelines.feedback.errors import AudienceError
from learnloom.pipelines.feedback.language import ENGLISH, Language
from learnloom.pipelines.feedback.reminders import reminders
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.feedback.stuck import SHIPPED, StuckModel
from learnloom.pipelines.feedback.texts.catalogue import CATALOGUE
from learnloom.pipelines.feedback.track_record import NO_RECORD, TrackRecord
from learnloom.schemas.evidence import MeasureEvidence, SkillEvidence, StudentEvidence
from learnloom.schemas.level import confidence
from learnloom.schemas.measure import Measure
from learnloom.schemas.message import Message
from learnloom.schemas.profile import MeasureProfile, StudentProfile
from learnloom.schemas.signal import MAX_EVIDENCE_IDS, Audience, Choice, Part, Signal, SignalKind, signal_id


def day_of(at: datetime) -> str:
    """Name the day of a moment, in UTC, so that a signal's id does not hang on a time zone setting."""
    return at.astimezone(UTC).date().isoformat()


def week_of(at: datetime) -> str:
    """Name the week of a moment by its Monday, in UTC.

    What is said of a habit is said once a week at the most: its state is the week of its last evidence.
    """
    day = at.astimezone(UTC).date()
    return (day - timedelta(days=day.weekday())).isoformat()


@dataclass(frozen=True, slots=True)
class Basis:
    """On what a signal stands."""

    n: int
    """Observations behind it."""
    start: datetime
    end: datetime
    """First and last moment of the evidence."""
    evidence_ids: Sequence[str]
    state: tuple[str, ...]
    """What has to change in the evidence for the signal to be a new one."""
    subject: str | None = None
    subject_name: str | None = None
    value: float | None = None
    held_from: datetime | None = None
    """From when its lifetime runs, where that is not the end of the evidence."""


class RuleContext:
    """Evidence, profile and thresholds of one student, with what rules look up."""

    def __init__(
        self,
        evidence: StudentEvidence,
        profile: StudentProfile,
        thresholds: Thresholds,
        language: Language = ENGLISH,
        *,
        record: TrackRecord = NO_RECORD,
        stuck_model: StuckModel = SHIPPED,
    ) -> None:
        self.evidence = evidence
        self.profile = profile
        self.thresholds = thresholds
        self.language = language
        self.record = record
        self.stuck_model = stuck_model
        self.as_of = profile.as_of
        self.good_words: list[datetime] = []
        """When each good word that rules found was earned, whether or not it is still to be shown."""
        self.reminders = reminders(profile.skills, evidence, as_of=profile.as_of)
        self._dismissals = Dismissals(evidence, since=self.as_of - timedelta(days=thresholds.cool_down_days))
        self.skill_evidence: dict[str, SkillEvidence] = {skill.skill_id: skill for skill in evidence.skills}
        self._measures = {measure.measure: measure for measure in evidence.measures}
        self._measure_profiles = {measure.measure: measure for measure in profile.measures}

    def measure(self, measure: Measure, min_n: int) -> tuple[MeasureEvidence, MeasureProfile] | None:
        """Return a measure with at least min_n latest opportunities, else None."""
        evidence, profile = self._measures.get(measure), self._measure_profiles.get(measure)
        if evidence is None or profile is None or evidence.n < min_n:
            return None
        return evidence, profile

    def is_heard(self, kind: SignalKind, message_id: str) -> bool:
        """Whether such signals were right often enough to be said, as far as is known."""
        return self.record.is_heard(kind, message_id, self.thresholds)

    def day(self, at: datetime) -> date:
        """The day of a moment in the school's time zone."""
        return at.astimezone(self.as_of.tzinfo).date()

    def skill_basis(
        self, skill_id: str, state: tuple[str, ...], value: float | None, *, held_from: datetime | None = None
    ) -> Basis:
        """Stand on all answers on a skill."""
        skill = self.skill_evidence[skill_id]
        return Basis(
            n=skill.n_attempts,
            start=skill.first_attempt_at or self.evidence.first_seen_at,
            end=skill.last_attempt_at or self.evidence.last_seen_at,
            evidence_ids=skill.evidence_ids,
            state=state,
            subject=skill_id,
            subject_name=skill.skill_name,
            value=value,
            held_from=held_from,
        )

    def signal(
        self,
        kind: SignalKind,
        message: Message,
        basis: Basis,
        *,
        urgency: float,
        part: Part | None = None,
        choices: Iterable[Choice] = (),
    ) -> Iterator[Signal]:
        """Yield the signal, or nothing where it has expired by as_of, was right too seldom here, or was dismissed.

        `kind` is said by `message` to the audience for which the catalogue has it, with `choices` to pick from;
        `urgency` runs from 0 to 1, where 1 needs somebody today; `part` is given where it is not the kind's usual one.

        Raises:
            AudienceError: the kind is not for this audience, or the message is for none alone.
        """
        entry, audience = SIGNAL_KINDS[kind], CATALOGUE[message.message_id].audience
        if audience not in entry.audiences:
            raise AudienceError(
                f"{kind} is not for the audience of message {message.message_id} ({audience}): see the catalogue of "
                "signals"
            )
        held_from = basis.held_from or basis.end
        if entry.is_good_word and audience is Audience.STUDENT:
            self.good_words.append(held_from)
        expires_at = held_from + timedelta(days=entry.lifetime_days)
        if expires_at <= self.as_of or not self.is_heard(kind, message.message_id):
            return
        keys = (self.evidence.student_key, *self.evidence.other_keys)
        ids = [signal_id(key, kind, audience, basis.subject, basis.state) for key in keys]
        if self._dismissals.silence(kind, audience, basis.subject, ids):
            return
        yield Signal(
            signal_id=ids[0],
            student_key=self.evidence.student_key,
            kind=kind,
            audience=audience,
            part=part or entry.part,
            subject=basis.subject,
            subject_name=basis.subject_name,
            value=basis.value,
            n=basis.n,
            window_from=basis.start,
            window_to=basis.end,
            evidence_ids=tuple(basis.evidence_ids[:MAX_EVIDENCE_IDS]),
            confidence=confidence(basis.n),
            urgency=urgency,
            created_at=self.as_of,
            expires_at=expires_at,
            sentence=self.language.say(message),
            message=message,
            choices=tuple(choices),
            p_right=self.record.share(message.message_id),
            model_version=self.profile.model_version,
        )
