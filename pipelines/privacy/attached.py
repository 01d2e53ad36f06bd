"""What an attachment says besides what stands in its bytes: as JSON, and as what a signature is made of."""

from typing import Final

from learnloom.pipelines.lrs.attachments import signed
from learnloom.pipelines.privacy.content import BEGINS

_BYTE_ORDER_MARK: Final = "\ufeff"


def texts_in(content: bytes) -> list[str]:
    """JSON within an attachment: itself, or the statement that a JSON Web Signature is made of."""
    return _json(content) or _signed_json(content)


def _signed_json(content: bytes) -> list[str]:
    try:
        _, payload = signed(content)
    except ValueError:
        return []
    return _json(payload)


def _json(content: bytes) -> list[str]:
    text = content.decode("utf-8", "replace").removeprefix(_BYTE_ORDER_MARK).strip()
    return [text] if text.startswith(BEGINS) else []
