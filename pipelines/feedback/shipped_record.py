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
        "at_risk.rule.teacher": RightShare(
            p=0.570, p_low=0.484, p_high=0.650, n=316, source=RightSource.SIMULATED
        ),
        "engagement_change.teacher": RightShare(
            p=0.793, p_low=0.631, p_high=0.935, n=29, source=RightSource.SIMULATED
        ),
        "strength.student": RightShare(
            p=0.743, p_low=0.705, p_high=0.779, n=1061, source=RightSource.SIMULATED
        ),
        "strength.teacher": RightShare(
            p=0.743, p_low=0.705, p_high=0.779, n=1061, source=RightSource.SIMULATED
        ),
        "weakness.student": RightShare(
            p=0.874, p_low=0.800, p_high=0.941, n=111, source=RightSource.SIMULATED
        ),
        "weakness.teacher": RightShare(
            p=0.874, p_low=0.800, p_high=0.941, n=111, source=RightSource.SIMULATED
        ),
    }
)
