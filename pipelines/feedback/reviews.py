"""The calendar of one student's reviews: what is due, most in need first, and what comes due day by day."""

import datetime as dt
from collections.abc import Iterator
from typing import Final, NamedTuple

from learnloom.pipelines.feedback.language import ENGLISH, Language
from learnloom.pipelines.feedback.texts import why_texts as texts
from learnloom.schemas.message import Message
from learnloom.schemas.profile import SkillProfile, StudentProfile

WEEKS: Final = 4
"""So far ahead the calendar looks: later dates will have moved by then."""


class Review(NamedTuple):
    """One skill to see again."""

    skill_id: str
    skill_name: str
    course_id: str | None
    p_due: float | None
    """Probability of a right answer at an average question when it comes due; None where unknown."""
    due_at: dt.datetime
    last_attempt_at: dt.datetime | None


class ReviewDay(NamedTuple):
    """The reviews that come due on one day."""

    day: dt.date
    """In the school's time zone."""
    reviews: tuple[Review, ...]


class ReviewCalendar(NamedTuple):
    """One student's reviews as of a moment."""

    student_key: str
    student_name: str | None
    as_of: dt.datetime
    """In the school's time zone."""
    due: tuple[Review, ...]
    """Due by as_of, those first whose p_due is lowest: the most likely to be lost."""
    coming: tuple[ReviewDay, ...]
    """The days of the next WEEKS weeks on which something comes due, within a day in the same order."""
    n_later: int
    """Mastered skills whose review comes later still."""


def review_calendar(profile: StudentProfile, zone: dt.tzinfo) -> ReviewCalendar:
    """Order a student's reviews: a pure function of the profile and the school's time zone."""
    reviews = sorted(_reviews(profile), key=_need)
    until = (profile.as_of.astimezone(zone) + dt.timedelta(weeks=WEEKS)).date()
    by_day: dict[dt.date, list[Review]] = {}
    n_later = 0
    for review in reviews:
        if review.due_at <= profile.as_of:
            continue
        on = review.due_at.astimezone(zone).date()
        if on > until:
            n_later += 1
        else:
            by_day.setdefault(on, []).append(review)
    return ReviewCalendar(
        student_key=profile.student_key,
        student_name=profile.student_name,
        as_of=profile.as_of.astimezone(zone),
        due=tuple(review for review in reviews if review.due_at <= profile.as_of),
        coming=tuple(ReviewDay(on, tuple(by_day[on])) for on in sorted(by_day)),
        n_later=n_later,
    )


def describe_reviews(calendar: ReviewCalendar, language: Language = ENGLISH) -> list[str]:
    """Tell a student their calendar, in lines."""
    say = language.say
    if not (calendar.due or calendar.coming or calendar.n_later):
        return [say(texts.NO_REVIEWS())]
    lines = [say(texts.REVIEWS(day=calendar.as_of.date()))]
    if calendar.due:
        lines += ["", say(texts.REVIEWS_DUE())]
        lines += [f"  {say(_due(review, calendar.as_of.tzinfo))}" for review in calendar.due]
    if calendar.coming:
        lines += ["", say(texts.REVIEWS_COMING(weeks=WEEKS))]
        lines += [f"  {say(_coming(each))}" for each in calendar.coming]
    if calendar.n_later:
        lines += ["", say(texts.REVIEWS_LATER(n=calendar.n_later))]
    if calendar.due:
        lines += ["", say(texts.REVIEWS_ENOUGH())]
    return lines


def _due(review: Review, zone: dt.tzinfo | None) -> Message:
    name, p = review.skill_name, review.p_due
    last = review.last_attempt_at.astimezone(zone).date() if review.last_attempt_at else None
    if p is None:
        return texts.REVIEW_SEEN(skill=name, day=last) if last else texts.REVIEW(skill=name)
    if last is None:
        return texts.REVIEW_CHANCE(skill=name, chance=p)
    return texts.REVIEW_CHANCE_SEEN(skill=name, chance=p, day=last)


def _coming(on: ReviewDay) -> Message:
    return texts.REVIEW_DAY(day=on.day, skills=[review.skill_name for review in on.reviews])


def _need(review: Review) -> tuple[float, str]:
    """The order of need, 1 - p; an unknown p needs it most."""
    return (review.p_due if review.p_due is not None else 0.0, review.skill_id)


def _reviews(profile: StudentProfile) -> Iterator[Review]:
    for skill in profile.skills:
        if skill.review_due_at is not None:
            yield _review(skill, skill.review_due_at)


def _review(skill: SkillProfile, due_at: dt.datetime) -> Review:
    return Review(
        skill.skill_id, skill.skill_name, skill.course_id, skill.p_due, due_at, skill.last_attempt_at
    )
