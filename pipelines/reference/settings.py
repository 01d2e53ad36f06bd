"""The reference of settings as Markdown, made from the models that read them.

`python -m learnloom.pipelines.reference.settings > docs/reference/settings.md` writes it; a test holds it up to date.
"""

import sys
from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel

from learnloom.pipelines.config.alerts import Alerts
from learnloom.pipelines.config.conversions import Conversion
from learnloom.pipelines.config.holdout import Holdout
from learnloom.pipelines.config.login import LoginBounds, Platform, SchoolLogin
from learnloom.pipelines.config.lrs import LrsBounds
from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.config.pseudonyms import PseudonymBounds
from learnloom.pipelines.config.retention import Retention, RetentionRule
from learnloom.pipelines.config.schedules import Schedules
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.config.week import Week

_HEAD: Final = """\
# Settings

A setting is read from `LEARNLOOM_<NAME>` in the environment, then from `learnloom.toml` in the working folder, then it
is the default. This page is made from the settings' models (`make docs`).

```toml
warehouse = "/srv/learnloom"
time_zone = "Europe/Berlin"

[thresholds]
quiet_days = 10
```

"""
_TABLE: Final = "| setting | default | meaning |\n|---|---|---|\n"
_ELSEWHERE: Final = {
    "conversions": "[below](#conversions)",
    "flows": "[below](#flows)",
    "lrs": "[below](#lrs)",
    "login": "[below](#login)",
    "s3": "[below](#s3)",
    "alerts": "[below](#alerts)",
    "pseudonyms": "[below](#pseudonyms)",
    "vault": "[below](#vault)",
    "retention": "[below](#retention)",
    "subscriptions": "[how-to: delivery](../how-to/deliver.md#subscriptions)",
    "holdout": "[below](#holdout)",
    "week": "[below](#week)",
    "thresholds": "[reference: signals](signals.md#thresholds)",
}
"""Settings that are tables of settings, and where those stand."""
_FLOWS: Final = """
## Flows

In `learnloom.toml` under `[flows]`, or in the environment as `LEARNLOOM_FLOWS__<NAME>`. What the flows do:
[how-to: operate](../how-to/operate.md).

"""
_CONVERSIONS: Final = """
## Conversions

In `learnloom.toml`, each under `[[conversions]]`: what is no xAPI, by folder of the inbox and by topic
([how-to: convert](../how-to/convert.md#unattended)).

"""
_S3: Final = """
## S3

In `learnloom.toml` under `[s3]`, or in the environment as `LEARNLOOM_S3__<NAME>`, which is the better place for
secrets. What is not set there is read from the variables of AWS' own tools
([how-to: data on an object store](../how-to/object-store.md)).

"""
_LRS: Final = """
## LRS

In `learnloom.toml` under `[lrs]`, or in the environment as `LEARNLOOM_LRS__<NAME>`: the bounds of `learnloom lrs`
([how-to: connect a platform over HTTP](../how-to/lrs.md)).

"""
_LOGIN: Final = """
## Login

In `learnloom.toml` under `[login]`, or in the environment as `LEARNLOOM_LOGIN__<NAME>`: how people log in to the pages
([how-to: log in](../how-to/login.md)).

"""
_PLATFORMS: Final = """
## Platforms that launch

In `learnloom.toml`, each under `[[login.platforms]]`: learning platforms that launch by LTI 1.3
([how-to: log in](../how-to/login.md#by-lti-from-the-learning-platform)).

"""
_SCHOOL: Final = """
## The school's login

In `learnloom.toml` under `[login.school]`, or in the environment as `LEARNLOOM_LOGIN__SCHOOL__<NAME>`
([how-to: log in](../how-to/login.md#by-the-schools-login)).

"""
_HOLDOUT: Final = """
## Holdout

In `learnloom.toml` under `[holdout]`, or in the environment as `LEARNLOOM_HOLDOUT__<NAME>`: which signals are left out
by lot ([how-to: find out whether a signal helps](../how-to/holdout.md)).

"""
_WEEK: Final = """
## Week

In `learnloom.toml` under `[week]`, or in the environment as `LEARNLOOM_WEEK__<NAME>`: to how many students teachers are
called ([how-to: call teachers](../how-to/teachers.md)).

"""
_ALERTS: Final = """
## Alerts

In `learnloom.toml` under `[alerts]`, or in the environment as `LEARNLOOM_ALERTS__<NAME>`, which is the better place:
whoever knows the address of a chat's webhook can write there. What is sent:
[how-to: operate](../how-to/operate.md#alerts).

"""


_PSEUDONYMS: Final = """
## Pseudonyms

In `learnloom.toml` under `[pseudonyms]`, or in the environment as `LEARNLOOM_PSEUDONYMS__<NAME>`, which is the place
for the key ([how-to: pseudonyms](../how-to/pseudonyms.md)).

"""
_VAULT: Final = """
## Vault

In `learnloom.toml` under `[vault]`, or in the environment as `LEARNLOOM_VAULT__<NAME>`
([how-to: names, consent and looks](../how-to/pseudonyms.md#the-vault)).

"""
_RETENTION: Final = """
## Retention

In `learnloom.toml` under `[retention]`: what is erased because it is old
([how-to: erase what is old](../how-to/retention.md)).

"""
_RULES: Final = """
## Rules of retention

In `learnloom.toml`, each under `[[retention.rules]]`.

"""


def settings_page() -> str:
    """Write the page, in Markdown."""
    tables: list[tuple[str, type[BaseModel]]] = [
        (_HEAD, Settings),
        (_FLOWS, Schedules),
        (_CONVERSIONS, Conversion),
        (_S3, S3),
        (_LRS, LrsBounds),
        (_LOGIN, LoginBounds),
        (_PLATFORMS, Platform),
        (_SCHOOL, SchoolLogin),
        (_HOLDOUT, Holdout),
        (_WEEK, Week),
        (_ALERTS, Alerts),
        (_PSEUDONYMS, PseudonymBounds),
        (_VAULT, VaultBounds),
        (_RETENTION, Retention),
        (_RULES, RetentionRule),
    ]
    return "".join(f"{head}{_TABLE}{''.join(_rows(model))}" for head, model in tables)


def _rows(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        default = _ELSEWHERE.get(name) or ("needed" if field.is_required() else _shown(field.default))
        yield f"| `{name}` | {default} | {field.description} |\n"


def _shown(default: object) -> str:
    if isinstance(default, tuple) and default:
        return ", ".join(f"`{one}`" for one in default)
    return "none" if default in (None, "", (), {}) else f"`{default}`"


if __name__ == "__main__":
    sys.stdout.write(settings_page())
