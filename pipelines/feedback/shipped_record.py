"""How often signals were right in simulated classes, by the id of their message.

Written by `python -m bench.signal_record`; a school's own backtest goes before it.

Empty: none has been measured on enough classes yet.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from learnloom.schemas.signal import RightShare

SHIPPED: Final[Mapping[str, RightShare]] = MappingProxyType({})
