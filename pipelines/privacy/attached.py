"""What an attachment says besides what stands in its bytes: as JSON, and as what a signature is made of."""

import binascii
from base64 import urlsafe_b64decode
from typing import Final

from learnloom.pipelines.privacy.content import BEGINS

_JWS_PARTS: Final = 3


def texts_in(content: bytes) -> list[str]:
    """JSON within an attachment: itself, or the statement that a JSON Web Signature (RFC 7515) is made of."""
    parts = content.strip().split(b".")
    if len(parts) == _JWS_PARTS:
        try:
            content = urlsafe_b64decode(parts[1] + b"=" * (-len(parts[1]) % 4))
        except binascii.Error:
            return []
    text = content.decode("utf-8", "replace").strip()
    return [text] if text.startswith(BEGINS) else []
