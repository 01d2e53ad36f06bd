"""Who may not pass, for teachers alone: learned from runs that have ended, else by a rule that says it is simple."""

from collections.abc import Iterator
from typing import Final

from pipelines.feedback.early_alert import is_present
from pipelines.feedback.formatting import count, percent, together
from pipelines.feedback.rule_context import Basis, RuleContext, week_of
from schemas.risk import RiskEvidence, RiskReason, RiskTheme
from schemas.signal import Audience, Signal, SignalKind

_ADVICE: Final = "Talk to them before you conclude anything."


def at_risk(ctx: RuleContext) -> Iterator[Signal]:
    """Name the courses which the student may not pass, with the reasons."""
    if not is_present(ctx):
        return
    for risk in sorted(ctx.evidence.risks, key=lambda one: one.course_id):
        if risk.p_not_passing is None or risk.threshold is None:
            yield from _by_rule(ctx, risk)
        elif risk.p_not_passing >= risk.threshold:
            sentence = f"{_estimate(risk, risk.p_not_passing)} {_reasons(risk)}{_ADVICE}"
            yield from _say(ctx, risk, "learned", sentence, 0.6 + 0.3 * risk.p_not_passing)


def _estimate(risk: RiskEvidence, p: float) -> str:
    name = risk.course_name or risk.course_id
    promise = (
        f"of students warned of at this stage of earlier runs {percent(risk.precision)} did not pass"
        if risk.precision is not None
        else "how often such warnings are right is not known yet"
    )
    return f"May not pass {name}: {percent(p)} likely, by what happened in runs that have ended; {promise}."


def _reasons(risk: RiskEvidence) -> str:
    told = [_reason(risk, reason) for reason in risk.reasons]
    return f"What speaks for it: {'; '.join(told)}. " if told else ""


def _reason(risk: RiskEvidence, reason: RiskReason) -> str:
    """Say a reason with its figure, and what was usual in earlier runs at this stage."""
    told, usual = "", None if reason.usual is None else f"{reason.usual:.0f}"
    share = None if reason.usual is None else percent(reason.usual)
    match reason.theme:
        case RiskTheme.HANDED_IN:
            told = f"{risk.n_submitted} of {count(risk.n_due, 'piece')} of work due handed in"
            told += ", the last one not" if risk.is_last_missed else ""
            usual = share
        case RiskTheme.POINTS:
            known = risk.points_share is not None
            told = f"{percent(risk.points_share or 0.0)} of the points so far" if known else "no score yet"
            usual = share
        case RiskTheme.LATENESS:
            told = _lateness(risk.days_late)
            usual = None if reason.usual is None else _lateness(reason.usual)
        case RiskTheme.SUBMISSION_GAP:
            told = _gap("last hand-in", "nothing handed in yet", risk.days_since_submission)
            usual = usual and f"{usual} days"
        case RiskTheme.ENROLMENT:
            told = _enrolment(risk.enrolment_days or 0.0)
            usual = None if reason.usual is None else _enrolment(reason.usual)
        case RiskTheme.ACTIVITY:
            told = f"active on {count(risk.active_days or 0, 'day')} of the last 28"
    return f"{told} (usual: {usual})" if usual else told


def _lateness(days: float | None) -> str:
    if days is None:
        return "nothing handed in of what was due"
    when = "after" if days > 0 else "before"
    return f"handed in {count(abs(round(days)), 'day')} {when} the due date on average"


def _enrolment(days: float) -> str:
    when = "after" if days > 0 else "before"
    return f"enrolled {count(abs(round(days)), 'day')} {when} the run began"


def _gap(what: str, never: str, days: float | None) -> str:
    return never if days is None else f"{what} {count(int(days), 'day')} ago"


def _by_rule(ctx: RuleContext, risk: RiskEvidence) -> Iterator[Signal]:
    """The first version, for schools of which no run has ended yet."""
    limit = ctx.thresholds.risk_away_days
    seen = risk.days_since_active
    reasons = []
    if (risk.enrolled_days if seen is None else seen) > limit:
        reasons.append(_gap("last active in it", "not active in it so far", seen))
    if risk.is_last_missed:
        reasons.append("the work due last was not handed in")
    if not reasons:
        return
    name = risk.course_name or risk.course_id
    sentence = (
        f"{name}: {together(reasons)}. This is a simple rule, not a learned estimate: that takes a course plan and a "
        f"run of known outcome that has ended. {_ADVICE}"
    )
    yield from _say(ctx, risk, "rule", sentence, 0.6)


def _say(ctx: RuleContext, risk: RiskEvidence, how: str, sentence: str, urgency: float) -> Iterator[Signal]:
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
    yield from ctx.signal(SignalKind.AT_RISK, Audience.TEACHER, sentence, basis, urgency=urgency)
