"""Verbs of statements as a student is told of them: what they did, in words."""

from typing import Final

from learnloom.pipelines.pages.page import N_
from learnloom.schemas import vocabulary as word

WORDS: Final = {
    word.ANSWERED: N_("Answered a question"),
    word.ATTEMPTED: N_("Began an attempt"),
    word.INITIALIZED: N_("Opened something to work on"),
    word.TERMINATED: N_("Left it again"),
    word.COMPLETED: N_("Completed something"),
    word.PASSED: N_("Passed"),
    word.FAILED: N_("Did not pass"),
    word.SCORED: N_("Were given a score"),
    word.EXPERIENCED: N_("Read or looked at something"),
    word.INTERACTED: N_("Worked with something"),
    word.SUBMITTED: N_("Handed in work"),
    word.COMMENTED: N_("Commented"),
    word.RESPONDED: N_("Replied"),
    word.ASKED: N_("Asked"),
    word.SHARED: N_("Shared something"),
    word.REVIEWED: N_("Reviewed something"),
    word.VIDEO_PLAYED: N_("Played a video"),
    word.VIDEO_PAUSED: N_("Paused a video"),
    word.VIDEO_SEEKED: N_("Jumped within a video"),
    word.REGISTERED: N_("Joined a course"),
    word.UNREGISTERED: N_("Left a course"),
    word.REQUESTED_HINT: N_("Asked for a hint"),
    word.SET_GOAL: N_("Set a goal"),
    word.DROPPED_GOAL: N_("Dropped a goal"),
    word.CHOSE: N_("Chose what to do next, or declined it"),
    word.PREFERRED: N_("Said what you like"),
    word.STATED_KNOWN: N_("Said, or a teacher said, what you know"),
    word.ASSIGNED: N_("Were set practice by a teacher"),
    word.CONTACTED: N_("Were spoken to by a teacher"),
    word.ASKED_TO_TALK: N_("Asked to talk"),
    word.ACKNOWLEDGED_SIGNAL: N_("Took note of a hint of this page, or a teacher did"),
    word.DISMISSED_SIGNAL: N_("Put a hint of this page aside, or a teacher did"),
    word.FOLLOWED_SIGNAL: N_("Followed a hint of this page, or a teacher did"),
    word.VOIDED: N_("A statement was taken back"),
}


def told_as(verb_id: str) -> tuple[str, bool]:
    """Give what a verb says, and whether that is a text of ours; else it is the platform's own word."""
    text = WORDS.get(verb_id)
    if text is not None:
        return text, True
    return verb_id.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1].replace("-", " ").replace(
        "_", " "
    ), False
