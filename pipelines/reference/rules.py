"""The pages for those who take profiles and signals: JSON Schemas, the catalogues of signals and of messages.

`python -m learnloom.pipelines.reference.rules NAME` prints one, where NAME is profile, signal, event, why, catalogue,
messages or template; `make docs` keeps them up to date.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.claims import told as told_claim
from learnloom.pipelines.feedback.language import ENGLISH
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.feedback.texts.catalogue import FAMILIES
from learnloom.pipelines.feedback.texts.text import Text
from learnloom.pipelines.feedback.translation import template, told
from learnloom.schemas.event import SignalEvent
from learnloom.schemas.message import Message
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.signal import Audience, Signal, SignalKind
from learnloom.schemas.why import SkillWhy

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_BASE: Final = "https://learnloom.example/schemas/"

RULES: Final[Mapping[SignalKind, str]] = MappingProxyType(
    {
        SignalKind.MASTERY: "A level is reached on a skill with at least `mastery_min_answers` answers: "
        "mastered from `mastered`, near from `near`, below it needs work. Value: probability right at an "
        "average question.",
        SignalKind.STRENGTH: "Probability right at an average question more than `strength_margin` above the class's "
        "share right, from `strength_min_answers` answers, half of them right at the least; the top `strength_count`. "
        "Never one that needs work, or on which the student is getting stuck. Value: how far above. The profile also "
        "tells the share right beside the class, with `strength_prior_answers` answers at its mean added.",
        SignalKind.WEAKNESS: "Probability of `foreseen_chance` or more that less of the next five answers is right "
        "than is usual in the class, from `strength_min_answers` answers (beta-binomial: the probability right at an "
        "average question, known as well as by so many answers); the surest `strength_count`. The student does not "
        "hear it of what `wheel_spinning` tells them to leave for now. Value: that probability.",
        SignalKind.PRACTISE_NEXT: "`practise_choices` skills nearest to `practise_target`, those between "
        "`practise_low` and `practise_high` first, among them those whose prerequisites are `near` mastery; a "
        "skill that the student wants counts `wish_boost` nearer, and goes first among equals. What a teacher has set "
        "in the last 28 days comes before all, until eight answers on it. Never one that is mastered, stuck, of whose "
        "review the student is reminded, whose prerequisites are below `near` (unless a teacher has set it), or that "
        "the student said no to in the last `declined_days` days.",
        SignalKind.CHECK: "The student, or a teacher, states that a skill is known or is not, and the estimate says "
        "otherwise (`near`): one question on it, nearest to between `check_low` and `check_high`, not answered "
        "within a week before. Once per statement; it ends with `check_answers` newer answers. The estimate stays "
        "what it is. Value: probability right at an average question.",
        SignalKind.STRETCH: "Mastered, the last five answers right without a hint, and of no review the student is "
        "reminded.",
        SignalKind.REVIEW_DUE: "Mastery was shown once, and the day to see the skill again has come; five "
        "at the most, those first of which least is expected. It lasts from then, or from when the student has come "
        "back since after two weeks or more. Value: probability right at an average question on the day it came due, "
        "by the model and the time that has passed since the last answer.",
        SignalKind.PRODUCTIVE_PERSISTENCE: "First three right in a row after more than "
        "`stuck_opportunities` answers, or right after at least two misses on the same question. Names "
        "the effort.",
        SignalKind.RETURN_AFTER_FAILURE: "Went back to questions missed at first; see *Growth* below.",
        SignalKind.LEARNS_FROM_ERROR: "Right on the next try after a miss; see *Growth* below.",
        SignalKind.CHALLENGE_SEEKING: "Picked hard questions among those that may be left out; see "
        "*Growth* below.",
        SignalKind.PROBLEM_SOLVING: "Hard questions worked out without a hint, another answer tried after a "
        "miss, or work handed in with an explanation; see *Growth* below.",
        SignalKind.SELF_REGULATION: "Work begun more than a day early, reworked after the score, own goals "
        "followed within a week, or an own check before a quiz that counts; see *Growth* below.",
        SignalKind.WHEEL_SPINNING: "`stuck_opportunities` answers on a skill and never three right in a "
        "row. From `stuck_early_opportunities` answers with at most `stuck_early_max_share` right a "
        "warning to the teacher alone. Either only where the probability that no three right in a row come in the "
        "next ten answers is `foreseen_chance` or more: by mastery, share right, answers, hints, rapid guesses and "
        "what comes before the skill (a logistic model: that of the school's own past where students held out favour "
        "it, else that of both simulated worlds, `pipelines/feedback/stuck.py`). `value` is that probability.",
        SignalKind.HELP_SEEKING: "Of at least `help_min_opportunities` questions missed twice, help was "
        "asked in time on less than `help_max_share`; or of at least `skim_min_hints` further hints "
        "`skim_share` were taken within a second of the one before.",
        SignalKind.RAPID_GUESSING: "Of at least `rapid_min_answers` timed answers `rapid_share` or more "
        "were more likely guesses (`norms.guess_norm`; where nothing can be told of them, too quick to have read the "
        "question), and all timed answers so far give a probability of "
        "`foreseen_chance` or more that two or more of the next ten will be (beta-binomial, the class's share as two "
        "answers before them). Said softly.",
        SignalKind.TIME_ON_TASK: "Time spent in the last seven days, beside the own four weeks before.",
        SignalKind.PACE: "Median of at least `pace_min_answers` answer times is `pace_slow` times the usual "
        "one or more, or `pace_fast` or less. Says nothing of how well.",
        SignalKind.SPACING: "Days per answer changed by `spacing_margin` or more against the 28 days "
        "before, each with at least `spacing_min_answers` answers.",
        SignalKind.REGULARITY: "`regular_min_weeks` weeks in a row with activity.",
        SignalKind.STREAK: "`streak_min_days` days in a row with activity.",
        SignalKind.ENGAGEMENT_CHANGE: "Time in the last seven days below `drop_share` of the own mean in "
        "the four weeks before, which has to be `drop_min_weekly_seconds` or more, and away so long as the own "
        "rhythm of active days makes less probable than `drop_chance`, and longer than `drop_min_days` days. Not where "
        "by the course plan nothing was due for longer than a week, and than usual: in holidays. Only students who "
        "still take part (seen within `away_max_days`). Value: that share of the usual time. The profile also tells "
        "the change in deviations of the own weeks, each at least `drop_min_sd_share` of their mean.",
        SignalKind.WANTS_TO_TALK: "The student asked to talk to a teacher, and nobody has told of a contact since.",
        SignalKind.CHECK_IN: "More than `quiet_days` days without a good word and without contact, or a "
        "drop as above: whom to talk to this week, why, and how to begin.",
        SignalKind.AT_RISK: "Still enrolled, and not passing is as probable as for the highest fifth of "
        "students at this stage of runs that have ended and 1.5 times as probable as on average (or .7), or twice "
        "as probable; with the three strongest reasons and how often such warnings were right. Value: that "
        "probability. Where no run has ended yet, a simple rule that says so: more than `risk_away_days` days "
        "without activity in the course, or the work due last not handed in; no value. See "
        "[course-plan.md](../how-to/course-plan.md).",
        SignalKind.GOAL: "Every goal that the student set and did not drop: where it stands. More urgent from "
        "`goal_soon_days` days before its date.",
        SignalKind.CHOICE: "The last three choices that the student made.",
        SignalKind.INTEREST: "Topics that the student named, or turns to: at least `interest_min_n` "
        "activities of their own choice, and with `interest_prior_n` at the class's share added more than "
        "`interest_margin` above it; `interest_count` at the most.",
        SignalKind.PREFERENCE: "The same for kinds of activity, times of day and devices. A liking, no "
        "type of learner.",
        SignalKind.PRODUCT: "Of at least `product_min_n` scored pieces of one form, with a mean score of "
        "`product_min_score` or more, the score lies `product_margin` above the student's other forms.",
        SignalKind.ENVIRONMENT: "At least `circumstance_min_answers` answers at one time of day, on one "
        "device or in sessions of one length went `circumstance_margin` better than the model expected, by "
        "`circumstance_min_sd` standard deviations or more.",
        SignalKind.COLLABORATION: "`collaboration_min_n` or more questions, answers, comments, shares or "
        "reviews: the balance of help given and taken.",
    }
)
"""What has to hold for each kind, with the names of the thresholds."""

_GROWTH: Final = """\
## Growth

Growth evidence praises a deed, never a trait. Each deed has opportunities (`schemas/measure.py`). Of the latest ten,
and at least `growth_min_opportunities`, the share that was taken is held against the student's own past first: it has
to lie `growth_margin` above it, or above the share of the class. Where neither is known, `growth_min_share` will do.
"""

_HEAD: Final = """\
# Signals

A signal is one thing worth saying about a student's learning, to one audience. This page is printed by
`make docs` from `pipelines/feedback`; the form of a signal is [schemas/signal.json](schemas/signal.json).

- **Evidence.** `evidence_ids` name the statements behind it, `n` how many observations, `window_from` and `window_to`
  from when. `confidence` is low below 5 observations and high from 20.
- **Same evidence, same signal.** `signal_id` follows from whom, what, to whom and the state of the evidence, not from
  the day on which it was computed. Use it to drop what you have seen.
- **Its words.** `sentence` is in the language of the deployment; `message` holds the id of the message and its values,
  to say it otherwise: [messages.md](messages.md) lists them all.
- **It can be wrong.** What a kind claims is held against what came by `learnloom evaluate --signals`
  ([evaluate.md](../explanation/evaluate.md#signals)); a fact claims nothing. `p_right` is how often its like were
  right, in this school or in simulated classes. What asks somebody to act is silent where that was below
  `least_right_to_act` in this school, or below the bar of its kind in `least_right`; in simulated classes, where the
  school has no share of its own.
- **It ends.** After `expires_at` do not show it. The lifetime below counts from the last evidence.
- **Audience.** What is for teachers alone must not reach the student: it is a call to look, not a verdict.
- **It can be put aside.** A signal that was dismissed is not said again, nor is its like on the same thing for
  `cool_down_days` ([vocabulary](vocabulary.md#an-answer-to-a-signal)).
- **Part.** What it helps to differentiate: content (what is learned), process (how), product (how it is shown),
  environment (when and where).

| signal | part | audience | days | when it is given |
|---|---|---|---|---|
"""

_THRESHOLDS_HEAD: Final = """\
## Thresholds

A school's own wishes: in `learnloom.toml` under `[thresholds]`, or in the environment as
`LEARNLOOM_THRESHOLDS__<NAME>`, such as `LEARNLOOM_THRESHOLDS__QUIET_DAYS=7`. The next refresh follows them.

| threshold | default | meaning |
|---|---|---|
"""


_MESSAGES_HEAD: Final = """\
# Messages

Every text that students and teachers read, for review. This page is printed by `make docs` from
`pipelines/feedback/texts`; a text is changed there, and nowhere else.

A signal carries the id of its message and the values beside the sentence: `message` in
[schemas/signal.json](schemas/signal.json), `message_id` and `parameters` in `feedback.signal`. With them it can be said
in other words, or in another language. `{name}` in a text is where a value stands; where a text hangs on a number, the
form for one comes before the form for many. The last line of each is an example.

**To translate**, copy `pipelines/feedback/locales/learnloom.pot` to a `.po` file and fill it in with any editor of
gettext: `read_translation` of `pipelines/feedback/translation.py` makes a language of it, which `build_profile`,
`signals` and the pages for people take. Numbers, per cents, days and lists are written in the way of the language;
what is not translated stays English.
"""


def json_schema(model: type[BaseModel], name: str) -> str:
    """Write the JSON Schema of a model as it is serialised, with an id of its own."""
    schema: dict[str, Any] = {"$schema": _DIALECT, "$id": f"{_BASE}{name}.json"}
    schema |= model.model_json_schema(mode="serialization")
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def catalogue_page() -> str:
    """Write the catalogue of signals as a page."""
    return f"{_HEAD}{''.join(_signal_rows())}\n{_GROWTH}\n{_THRESHOLDS_HEAD}{''.join(_threshold_rows())}"


def _signal_rows() -> Iterator[str]:
    for kind, entry in SIGNAL_KINDS.items():
        audiences = " and ".join(each.value for each in Audience if each in entry.audiences)
        when = f"{RULES[kind]} {told_claim(entry.claim)}"
        yield f"| `{kind.value}` | {entry.part.value} | {audiences} | {entry.lifetime_days} | {when} |\n"


def _threshold_rows() -> Iterator[str]:
    for name, field in Thresholds.model_fields.items():
        default = field.get_default(call_default_factory=True)
        yield f"| `{name}` | {default} | {field.description} |\n"


def messages_page() -> str:
    """Write the catalogue of messages as a page."""
    parts = [_MESSAGES_HEAD]
    for heading, texts in FAMILIES.items():
        parts.append(f"\n## {heading}\n")
        parts += [_message(text) for text in texts]
    return "".join(parts)


def _message(text: Text) -> str:
    reader = f"to the {text.audience.value}" if text.audience is not None else "part of other texts"
    parameters = "".join(f"; `{name}`: {told(each)}" for name, each in text.parameters.items())
    forms = dict.fromkeys(form for form in (text.text, text.plural) if form is not None)
    shown = "\n>\n".join(f"> {form}" for form in forms)
    return f"\n**`{text.text_id}`** ({reader}{parameters})\n\n{shown}\n\n*{ENGLISH.say(example_of(text))}*\n"


def example_of(text: Text) -> Message:
    """Make the message of a text's own example values."""
    return text(**{name: _example(each.example) for name, each in text.parameters.items()})


def _example(value: Any) -> Any:
    if isinstance(value, Text):
        return example_of(value)
    return tuple(_example(each) for each in value) if isinstance(value, tuple) else value


PAGES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {
        "profile": lambda: json_schema(StudentProfile, "student_profile"),
        "signal": lambda: json_schema(Signal, "signal"),
        "event": lambda: json_schema(SignalEvent, "signal_event"),
        "why": lambda: json_schema(SkillWhy, "skill_why"),
        "catalogue": catalogue_page,
        "messages": messages_page,
        "template": template,
    }
)

if __name__ == "__main__":
    sys.stdout.write(PAGES[sys.argv[1]]())
