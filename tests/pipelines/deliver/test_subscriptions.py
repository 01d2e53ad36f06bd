"""What a school writes down of its subscriptions is understood, or refused with the reason and without its secrets."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from learnloom.pipelines.config.settings import SettingsError, read_settings
from learnloom.pipelines.config.subscriptions import (
    FileSubscription,
    KafkaSubscription,
    LrsSubscription,
    WebhookSubscription,
)
from tests.pipelines.deliver.make import SECRET, webhook

_MARK = "secret-4711"
_GOOD = f"""
[[subscriptions]]
name = "tutor"
to = "webhook"
url = "https://tutor.school.example/signals"
secret = "{SECRET}"
audiences = ["student"]
kinds = ["practise_next", "review_due"]

[[subscriptions]]
name = "dashboard"
to = "kafka"
topic = "learnloom.signals"
students = ["3fa85f6457174562"]

[[subscriptions]]
name = "archive"
to = "file"
folder = "signals"
start = "beginning"

[[subscriptions]]
name = "store"
to = "lrs"
url = "https://lrs.school.example/xapi"
username = "learnloom"
password_variable = "LRS_PASSWORD"
"""


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read settings of this test alone."""
    monkeypatch.chdir(tmp_path)


def _refused(text: str) -> str:
    Path("learnloom.toml").write_text(text)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    return str(refused.value)


def _hook(*lines: str) -> str:
    return "\n".join(["[[subscriptions]]", 'name = "tutor"', 'to = "webhook"', *lines, ""])


def test_every_way_is_understood() -> None:
    """A table of each kind is read as it stands, and no secret is shown when it is printed."""
    Path("learnloom.toml").write_text(_GOOD)
    settings = read_settings()
    assert [type(each) for each in settings.subscriptions] == [
        WebhookSubscription,
        KafkaSubscription,
        FileSubscription,
        LrsSubscription,
    ]
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (_GOOD + _GOOD, "two subscriptions have the name archive"),
        ('[[subscriptions]]\nname = "a"\nto = "pigeon"\n', "pigeon"),
        ('[[subscriptions]]\nname = "a"\n', "Unable to extract tag"),
        (
            '[[subscriptions]]\nname = "A b"\nto = "kafka"\ntopic = "t"\n',
            "subscriptions.0.kafka.name = 'A b'",
        ),
        (
            '[[subscriptions]]\nname = "a"\nto = "kafka"\ntopic = "t"\nkinds = ["genius"]\n',
            "subscriptions.0.kafka.kinds.0 = 'genius'",
        ),
        ('[[subscriptions]]\nname = "a"\nto = "kafka"\ntopic = "t"\nkinds = []\n', "kafka.kinds"),
        (_hook('url = "https://a.example"'), "it must have either secret_variable or secret"),
        (_hook('url = "ftp://a.example"', 'secret_variable = "S"'), "it must be an address such as https://"),
        (
            _hook('url = "https://a.example"', 'secret_variable = "S"', "max_per_second = 0"),
            "max_per_second = 0",
        ),
        (
            _hook('url = "https://a.example"', 'secret_variable = "S"', "max_wait_seconds = 1"),
            "max_wait_seconds must not be less than first_wait_seconds",
        ),
    ],
)
def test_what_cannot_be_used_is_told(text: str, told: str) -> None:
    """A message says where, which value where that is no secret, and what is wrong."""
    assert told in _refused(text)


@pytest.mark.parametrize(
    "lines",
    [
        [f'url = "https://a.example/{_MARK}"', f'secret = "{_MARK}"'],
        [f'url = "https://me:{_MARK}@a.example"', 'secret_variable = "S"'],
        [f'url = "{_MARK}"', 'secret_variable = "S"'],
        [f'secret = "{SECRET}"', f'secrt = "{_MARK}"', f'url = ["{_MARK}"]'],
        ['url = "https://a.example"', f'secret = ["{_MARK}"]'],
        [f'secret = "{_MARK}"'],
        ['url = "https://a.example"', f'secret = "whsec_{_MARK}"', "max_per_second = 0"],
    ],
    ids=["secret", "in the address", "address", "mistyped", "list", "no address", "short"],
)
def test_secrets_are_not_shown_where_they_cannot_be_used(lines: list[str]) -> None:
    """Whatever is wrong about a webhook, neither its secret nor its address is in the message."""
    told = _refused(_hook(*lines))
    assert "subscriptions.0" in told
    assert _MARK not in told
    assert SECRET not in told


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_short", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!"]
)
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    """Only whsec_ and the base64 of 24 to 64 bytes signs anything."""
    with pytest.raises(ValidationError, match="a secret is whsec_"):
        webhook("https://a.example", secret_variable=None, secret=secret)


def test_two_subscriptions_do_not_write_to_one_folder(tmp_path: Path) -> None:
    """Files are named by their events, so those of another would be lost: the folder is refused by name."""
    told = f'to = "file"\nfolder = "{tmp_path}/signals'
    tables = [f'[[subscriptions]]\nname = "{name}"\n{told}{end}"\n' for name, end in (("a", ""), ("b", "/"))]
    Path("learnloom.toml").write_text("\n".join(tables), encoding="utf-8")
    with pytest.raises(
        SettingsError, match=r"write to the folder .*signals, .*: give each a folder of its own"
    ):
        read_settings()
    tables[1] = tables[1].replace("signals/", "others")
    Path("learnloom.toml").write_text("\n".join(tables), encoding="utf-8")
    assert len(read_settings().subscriptions) == 2
