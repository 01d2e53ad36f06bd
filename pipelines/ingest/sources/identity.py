"""How a file is known again: is it the one whose position is stored, perhaps grown, or another of that name?

The stored text reads `<bytes>:<digest of so many first decoded bytes>[:open=<bytes of the last record>]`.
Only the bytes seen when it was written are compared, so a file that has grown since is the same file. `open` says
that the text ended inside its last record: a writer may have been caught in the middle of a line. The digest is also
of the form in which the file is read (`Splitter.form`).
"""

import hashlib
from typing import NamedTuple, Self

HEAD_BYTES = 65_536
_DIGEST_BYTES = 16


class FileIdentity(NamedTuple):
    """What is remembered of a file between two imports."""

    size: int
    digest: str
    open_bytes: int | None = None
    """See `Splitter.open_bytes`."""

    @classmethod
    def of(cls, head: bytes, form: str = "") -> Self:
        """Take the identity of a file from its first decoded bytes, and the form in which it is read."""
        seen = head[:HEAD_BYTES]
        digest = hashlib.blake2b(seen, digest_size=_DIGEST_BYTES, person=form.encode())
        return cls(len(seen), digest.hexdigest())

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """Read back what `str()` wrote; None for anything else, which then counts as another file."""
        size, _, rest = (text or "").partition(":")
        digest, _, open_text = rest.partition(":open=")
        try:
            return cls(int(size), digest, int(open_text) if open_text else None)
        except ValueError:
            return None

    def __str__(self) -> str:
        """Write the identity as it is stored."""
        tail = "" if self.open_bytes is None else f":open={self.open_bytes}"
        return f"{self.size}:{self.digest}{tail}"

    def matches(self, head: bytes, form: str = "") -> bool:
        """Tell whether a file that begins with `head` is this one, grown or not, and read in the same form."""
        return len(head) >= self.size and FileIdentity.of(head[: self.size], form).digest == self.digest
