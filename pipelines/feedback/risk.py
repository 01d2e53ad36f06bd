"""Who may not pass, for teachers alone: learned from runs that have ended, else by a rule that says it is simple."""

from collections.abc import Iterator
from typing import Final

from learnloom.pipelines.feedback.early_alert import is_present
from learnloom.pipelines.feedback.rule_context import Basis, RuleContext, week_of
from learnloom.pipelines.feedback.texts import risk_texts as texts
from learnloom.pipelines.feedback.texts.text import Text
from learnloom.schemas.message import Message
from learnloom.schemas.risk import RiskEvidence, RiskReason, RiskTheme
from learnloom.schemas.signal import Signal, SignalKind


def at_risk(ctx: RuleContext) -> Iterator[Signal]:
    """Name the courses which the student may not pass, with the reasons."""
    if not is_present(ctx):
        return
    for risk in sorted(ctx.evidence.risks, key=lambda one: one.course_id):
        if risk.p_not_passing is None or risk.threshold is None:
            yield from _by_rule(ctx, risk)
        elif risk.p_not_passing >= risk.threshold:
            message = texts.LEARNED(
                course=risk.course_name or risk.course_id,
                share=risk.p_not_passing,
                details=[
                    _precision(risk),
                    *(said for reason in risk.reasons for said in _reason(risk, reason)),
                ],
            )
            yield from _say(ctx, risk, "learned", message, 0.6 + 0.3 * risk.p_not_passing)


def _precision(risk: RiskEvidence) -> Message:
    """How often such warnings were right."""
    return texts.NO_PRECISION() if risk.precision is None else texts.PRECISION(share=risk.precision)


def _reason(risk: RiskEvidence, reason: RiskReason) -> Iterator[Message]:
    """Say a reason with its figure, and what was usual in earlier runs at this stage."""
    yield from _REASONS[reason.theme](risk, reason.usual)


def _handed_in(risk: RiskEvidence, usual: float | None) -> Iterator[Message]:
    n_submitted, n = risk.n_submitted, risk.n_due
    if usual is None:
        yield texts.HANDED_IN(n_submitted=n_submitted, n=n)
    else:
        yield texts.HANDED_IN_USUAL(n_submitted=n_submitted, n=n, usual=usual)
    if risk.is_last_missed:
        yield texts.LAST_MISSED()


def _lateness(risk: RiskEvidence, usual: float | None) -> Iterator[Message]:
    late = risk.days_late
    yield texts.NOTHING_HANDED_IN() if late is None else _days(late, texts.LATE, texts.EARLY)
    if usual is not None:
        yield _days(usual, texts.USUALLY_LATE, texts.USUALLY_EARLY)


def _submission_gap(risk: RiskEvidence, usual: float | None) -> Iterator[Message]:
    gap = risk.days_since_submission
    yield texts.NOTHING_YET() if gap is None else texts.GAP(n=int(gap))
    if usual is not None:
        yield texts.USUAL_GAP(n=round(usual))


def _enrolment(risk: RiskEvidence, usual: float | None) -> Iterator[Message]:
    yield _days(risk.enrolment_days or 0.0, texts.ENROLLED_AFTER, texts.ENROLLED_BEFORE)
    if usual is not None:
        yield _days(usual, texts.USUALLY_ENROLLED_AFTER, texts.USUALLY_ENROLLED_BEFORE)


def _activity(risk: RiskEvidence, usual: float | None) -> Iterator[Message]:
    n = risk.active_days or 0
    yield texts.ACTIVE(n=n) if usual is None else texts.ACTIVE_USUAL(n=n, usual=round(usual))


def _points(risk: RiskEvidence, usual: float | None) -> Iterator[Message]:
    share = risk.points_share
    if share is None:
        yield texts.NO_SCORE() if usual is None else texts.NO_SCORE_USUAL(usual=usual)
    else:
        yield texts.POINTS(share=share) if usual is None else texts.POINTS_USUAL(share=share, usual=usual)


def _days(days: float, after: Text, before: Text) -> Message:
    """Say so many days, after a day or before it."""
    return (after if days > 0 else before)(n=abs(round(days)))


_REASONS: Final = {
    RiskTheme.HANDED_IN: _handed_in,
    RiskTheme.POINTS: _points,
    RiskTheme.LATENESS: _lateness,
    RiskTheme.SUBMISSION_GAP: _submission_gap,
    RiskTheme.ENROLMENT: _enrolment,
    RiskTheme.ACTIVITY: _activity,
}


def _by_rule(ctx: RuleContext, risk: RiskEvidence) -> Iterator[Signal]:
    """The first version, for schools of which no run has ended yet."""
    limit = ctx.thresholds.risk_away_days
    seen = risk.days_since_active
    reasons = []
    if (risk.enrolled_days if seen is None else seen) > limit:
        reasons.append(texts.NEVER_ACTIVE() if seen is None else texts.LAST_ACTIVE(n=int(seen)))
    if risk.is_last_missed:
        reasons.append(texts.LAST_MISSED())
    if not reasons:
        return
    message = texts.RULE(course=risk.course_name or risk.course_id, reasons=reasons)
    yield from _say(ctx, risk, "rule", message, 0.6)


def _say(
    ctx: RuleContext, risk: RiskEvidence, how: str, message: Message, urgency: float
) -> Iterator[Signal]:
    evidence = ctx.evidence
    basis = Basis(
        n=risk.n_due + (risk.active_days or 0),
        start=evidence.first_seen_at,
        end=evidence.last_seen_at,
        evidence_ids=risk.evidence_ids,
        # Once a week of the student's own doing: probabilities move a little every day.
        state=(how, week_of(evidence.last_seen_at)),
        subject=risk.course_id,
        subject_name=risk.course_name,
        value=risk.p_not_passing,
        held_from=risk.cutoff_at,
    )
    yield from ctx.signal(SignalKind.AT_RISK, message, basis, urgency=urgency)
