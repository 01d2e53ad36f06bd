"""The pseudonyms that the settings name."""

from pathlib import Path

from learnloom.pipelines.config.pseudonyms import LEAST_KEY_CHARS
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.schemas.errors import LearnloomError


class PseudonymKeyError(LearnloomError):
    """The key of pseudonyms cannot be used."""


def pseudonyms_of(settings: Settings) -> Pseudonyms | None:
    """Give what the settings name; None: statements land under the identifiers that they come with.

    Raises:
        PseudonymKeyError: the key's file cannot be used.
    """
    return named_pseudonyms(settings) if settings.pseudonyms.enabled else None


def named_pseudonyms(settings: Settings) -> Pseudonyms:
    """Give what the settings name, whether or not statements land under it.

    Raises:
        PseudonymKeyError: home page or key is not set, or the key's file cannot be used.
    """
    bounds = settings.pseudonyms
    if bounds.home_page is None or (bounds.key is None and bounds.key_file is None):
        raise PseudonymKeyError(
            "pseudonyms need a home page and a key: set LEARNLOOM_PSEUDONYMS__HOME_PAGE, and "
            "LEARNLOOM_PSEUDONYMS__KEY or LEARNLOOM_PSEUDONYMS__KEY_FILE"
        )
    if bounds.key is not None:
        key = bounds.key.get_secret_value()
    else:
        key = _read(bounds.key_file or Path(), settings.warehouse)
    return Pseudonyms(
        key.encode(), home_page=bounds.home_page, key_id=bounds.key_id, response_chars=bounds.response_chars
    )


def _read(file: Path, warehouse: Path) -> str:
    if file.resolve().is_relative_to(warehouse.resolve()):
        raise PseudonymKeyError(
            f"the key of pseudonyms lies in the warehouse ({file}), where whoever reads the statements has it too: "
            "keep it elsewhere"
        )
    try:
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise PseudonymKeyError(f"the key of pseudonyms cannot be read from {file}: {error}") from error
    if len(key) < LEAST_KEY_CHARS:
        raise PseudonymKeyError(
            f"the key in {file} is too short: write at least {LEAST_KEY_CHARS} characters that nobody can guess, as "
            "`openssl rand -hex 32` gives them"
        )
    return key
