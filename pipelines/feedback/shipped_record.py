"""How often signals were right in simulated classes, by the id of their message.

Written by `python -m bench.signal_record`: of both simulated worlds the lower share. A school's own backtest goes
before it. A message that is not here was said of too few students to tell.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from learnloom.schemas.signal import RightShare, RightSource

SHIPPED: Final[Mapping[str, RightShare]] = MappingProxyType(
    {
        "engagement_change.teacher": RightShare(
            p=0.793, p_low=0.631, p_high=0.935, n=29, source=RightSource.SIMULATED
        ),
        "strength.student": RightShare(
            p=0.764, p_low=0.713, p_high=0.809, n=474, source=RightSource.SIMULATED
        ),
        "strength.teacher": RightShare(
            p=0.764, p_low=0.713, p_high=0.809, n=474, source=RightSource.SIMULATED
        ),
        "weakness.student": RightShare(
            p=0.637, p_low=0.553, p_high=0.712, n=259, source=RightSource.SIMULATED
        ),
        "weakness.teacher": RightShare(
            p=0.637, p_low=0.553, p_high=0.712, n=259, source=RightSource.SIMULATED
        ),
    }
)
