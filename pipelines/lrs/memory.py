"""Memory that was needed for a while goes back to the machine."""

import ctypes
import sys
from typing import Final

_MMAP_THRESHOLD: Final = -3
"""M_MMAP_THRESHOLD of glibc's malloc.h."""
_LARGE: Final = 131_072
"""Bytes: where glibc begins."""


def give_back_large_blocks() -> None:
    """Have the C library give large blocks back to the machine as soon as they are let go of.

    By itself glibc does so until one was let go of: from then on blocks up to that length, which may be 32 MiB, are cut
    from its heaps, and stay there (mallopt(3), M_MMAP_THRESHOLD). Other C libraries have no such setting.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_MMAP_THRESHOLD, _LARGE)
