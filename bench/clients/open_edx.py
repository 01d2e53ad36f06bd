"""Open edX's event-routing-backends against a store: its transformers, its router and its client, as a site has them.

    python open_edx.py ADDRESS KEY SECRET

Runs in an environment with edx-event-routing-backends, not in ours. What it imports from the platform itself, which is
no package, is stood in for: a user and the name of a course. Prints a line of JSON for each thing tried.
"""

import base64
import json
import sys
import tempfile
import types
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import django
from django.conf import settings
from django.core.management import call_command

_CLIENT: Final = "edx-event-routing-backends"
_COURSE: Final = "course-v1:campus+FRACTIONS+2026"
_PROBLEM: Final = f"block-v1:{_COURSE.partition(':')[2]}+type@problem+block@halves"
_USER: Final = "ada"
_SITE: Final = "https://campus.example"
_ANONYMOUS: Final = uuid.uuid4()
"""By which the platform names its user to others."""


def main() -> None:
    """Try and print."""
    address, key, secret = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        _configure(Path(folder))
        from event_routing_backends.backends.sync_events_router import SyncEventsRouter  # noqa: PLC0415
        from event_routing_backends.models import RouterConfiguration  # noqa: PLC0415
        from event_routing_backends.processors.xapi.transformer_processor import XApiProcessor  # noqa: PLC0415

        # As the administration of a site saves it, slash and all: the client puts what it wants behind it.
        RouterConfiguration.objects.create(
            backend_name="xAPI",
            enabled=True,
            route_url=f"{address}/",
            auth_scheme="Basic",
            username=key,
            password=secret,
            configurations={},
        )
        router = SyncEventsRouter([XApiProcessor()], "xAPI")
        events = list(_events("2026-03-02T08"))
        later = list(_events("2026-03-02T09"))
        tries: list[tuple[str, Callable[[], object]]] = [
            ("events one by one", lambda: [router.send(event) for event in events]),
            ("events in a batch", lambda: router.bulk_send(later)),
            ("a batch of which all is there", lambda: router.bulk_send(later)),
            ("what is found afterwards", lambda: _check(address, (key, secret), len(events) + len(later))),
        ]
        for what, work in tries:
            print(json.dumps({"client": _CLIENT, "what": what, "error": _error(work)}), flush=True)


def _error(work: Callable[[], object]) -> str | None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - it is told
        return f"{type(error).__name__}: {error}"[:300]
    return None


def _check(address: str, key: tuple[str, str], expected: int) -> None:
    """See that each event has become a statement about its user, once."""
    agent = json.dumps({"account": {"homePage": _SITE, "name": str(_ANONYMOUS)}})
    query = urlencode({"agent": agent, "limit": 500})
    found = [one["id"] for one in _get(f"{address}/statements?{query}", key)["statements"]]
    if len(found) != expected or len(set(found)) != len(found):
        raise ValueError(f"{len(found)} of {expected} were found")


def _get(address: str, key: tuple[str, str]) -> Any:
    basic = base64.b64encode(":".join(key).encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.3"}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def _configure(folder: Path) -> None:
    """Set Django up as a site that sends xAPI, with a user, in a database of its own."""
    from event_routing_backends.settings.common import plugin_settings  # noqa: PLC0415

    settings.configure(
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "celery_utils",
            "event_routing_backends",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "site.sqlite")}},
        SECRET_KEY="of no worth",  # noqa: S106
        LMS_ROOT_URL=_SITE,
        EVENT_TRACKING_BACKENDS={},
        EVENT_TRACKING_ENABLED=True,
        EVENT_TRACKING_BACKENDS_ALLOWED_XAPI_EVENTS=[],
        EVENT_TRACKING_BACKENDS_ALLOWED_CALIPER_EVENTS=[],
        USE_TZ=True,
    )
    plugin_settings(settings)
    _stand_in("common.djangoapps.student.models", get_potentially_retired_user_by_username=lambda _: None)
    _stand_in(
        "openedx.core.djangoapps.content.course_overviews.api",
        get_course_overviews=lambda _: [{"display_name": "Fractions"}],
    )
    known = types.SimpleNamespace(external_user_id=_ANONYMOUS)
    _stand_in(
        "openedx.core.djangoapps.external_user_ids.models",
        ExternalId=types.SimpleNamespace(add_new_user_id=lambda *_: (known, True)),
        ExternalIdType=types.SimpleNamespace(XAPI="xapi", LTI="lti"),
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from django.contrib.auth import get_user_model  # noqa: PLC0415

    get_user_model().objects.create(id=3, username=_USER, email="ada@campus.example")


def _stand_in(name: str, **members: object) -> None:
    """Put a module of the platform in its place, with the packages above it."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:length]), types.ModuleType(".".join(parts[:length])))
    for member, value in members.items():
        setattr(sys.modules[name], member, value)


def _events(hour: str) -> Iterator[dict[str, Any]]:
    """Events as the platform's log has them: enrolment, video, a problem with a hint, completion, a grade."""
    told: list[tuple[str, dict[str, Any]]] = [
        ("edx.course.enrollment.activated", {"course_id": _COURSE, "mode": "audit", "user_id": 3}),
        ("play_video", {"code": "x", "currentTime": 0.03, "duration": 195, "id": "0b9e39"}),
        ("pause_video", {"code": "x", "currentTime": 61.2, "duration": 195, "id": "0b9e39"}),
        ("edx.problem.hint.demandhint_displayed", {"hint_index": 0, "module_id": _PROBLEM, "hint_len": 2}),
        ("problem_check", _attempt()),
        ("edx.completion.block_completion.changed", {"block_id": _PROBLEM, "completion": 1.0}),
        ("edx.course.grade.now_passed", {"course_id": _COURSE, "event_transaction_type": "edx.grades"}),
    ]
    for number, (name, data) in enumerate(told):
        yield {
            "name": name,
            "timestamp": f"{hour}:{number:02}:00.000000+00:00",
            "data": data,
            "context": {
                "course_id": _COURSE,
                "event_source": "server" if name != "play_video" else "browser",
                "module": {"display_name": "Halves", "usage_key": _PROBLEM},
                "org_id": "campus",
                "host": "campus.example",
                "path": "/event",
                "referer": f"https://campus.example/courses/{_COURSE}/courseware/",
                "session": "6ad0a24d8303f49d14409a669d430b6f",
                "user_id": 3,
                "username": _USER,
            },
        }


def _attempt() -> dict[str, Any]:
    return {
        "answers": {"halves_2_1": "choice_1"},
        "attempts": 1,
        "correct_map": {"halves_2_1": {"correctness": "correct"}},
        "grade": 1,
        "max_grade": 1,
        "problem_id": _PROBLEM,
        "submission": {
            "halves_2_1": {
                "answer": "1/2",
                "correct": True,
                "input_type": "choicegroup",
                "question": "Half of 1?",
                "response_type": "multiplechoiceresponse",
            }
        },
        "success": "correct",
    }


if __name__ == "__main__":
    main()
