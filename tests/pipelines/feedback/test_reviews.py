"""The calendar of reviews."""

from datetime import UTC, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.feedback.reviews import WEEKS, describe_reviews, review_calendar
from learnloom.schemas.profile import StudentProfile
from tests.pipelines.feedback.make import AS_OF, a_skill, a_student, ago, an_estimate, profile_of


def _profile(*reviews: tuple[str, float, float]) -> StudentProfile:
    """A student with a skill for each (id, what is expected when it comes due, days since then)."""
    return profile_of(
        a_student(
            skills=[a_skill(skill) for skill, _, _ in reviews],
            mastery=[
                an_estimate(skill, p=0.97, p_due=p, review_due_at=ago(days)) for skill, p, days in reviews
            ],
        )
    )


def test_due_reviews_come_in_order_of_need() -> None:
    """The skill least likely to be right comes first, however long the others have been due."""
    calendar = review_calendar(_profile(("a", 0.97, 9), ("b", 0.80, 1), ("c", 0.90, 20)), UTC)
    assert [review.skill_id for review in calendar.due] == ["b", "c", "a"]


def test_a_coming_review_stands_on_the_schools_day() -> None:
    """At noon in Greenwich it is already tomorrow in Kiritimati."""
    profile = _profile(("a", 0.97, -3))
    (there,) = review_calendar(profile, timezone(timedelta(hours=14))).coming
    (here,) = review_calendar(profile, UTC).coming
    assert here.day == (AS_OF + timedelta(days=3)).date()
    assert there.day == here.day + timedelta(days=1)


@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.floats(-90, 90)), max_size=12))
def test_every_review_stands_in_one_place(reviews: list[tuple[float, float]]) -> None:
    """Each mastered skill is due, comes on one of the next days, or later; days are in order and none is empty."""
    calendar = review_calendar(_profile(*((f"s{i}", p, days) for i, (p, days) in enumerate(reviews))), UTC)
    coming = [review for each in calendar.coming for review in each.reviews]
    assert len(calendar.due) + len(coming) + calendar.n_later == len(reviews)
    assert all(review.due_at <= AS_OF for review in calendar.due)
    assert all(review.due_at > AS_OF for review in coming)
    days = [each.day for each in calendar.coming]
    assert days == sorted(set(days))
    assert all(AS_OF.date() <= day <= AS_OF.date() + timedelta(weeks=WEEKS) for day in days)


def test_the_last_day_of_four_weeks_is_shown() -> None:
    """A review on the 28th day from today stands in the calendar, one on the 29th comes later."""
    calendar = review_calendar(_profile(("a", 0.97, -7 * WEEKS), ("b", 0.97, -7 * WEEKS - 1)), UTC)
    assert [review.skill_id for each in calendar.coming for review in each.reviews] == ["a"]
    assert calendar.n_later == 1


def test_a_student_reads_what_to_do_and_when() -> None:
    """What is due is told with what to expect, what comes by weekday, what comes later by number."""
    told = describe_reviews(
        review_calendar(_profile(("a", 0.9, 1), ("b", 0.97, -3), ("c", 0.97, -3), ("d", 0.97, -60)), UTC)
    )
    assert told == [
        "Your reviews as of 20 November 2026",
        "",
        "Due now, the one that needs it most first",
        "  Skill a: you can expect to answer about 9 of 10 questions correctly; last seen on 19 November 2026",
        "",
        "In the next 4 weeks",
        "  Monday, 23 November 2026: Skill b and Skill c",
        "",
        "1 more skill comes later.",
        "",
        "Two or three questions on each are enough.",
    ]


def test_without_a_mastered_skill_it_is_said_when_reviews_begin() -> None:
    """An empty calendar says why it is empty."""
    assert describe_reviews(review_calendar(profile_of(a_student()), UTC)) == [
        "There are no reviews yet: they begin with the first skill that you master."
    ]
