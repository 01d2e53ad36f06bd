"""Coefficients of the model of who stays stuck (stuck.py), in the order of its terms.

Written by `python -m bench.stuck_model`.
"""

from typing import Final

INTERCEPT: Final = -0.599
COEFFICIENTS: Final = (-0.742, -0.385, 0.178, 1.420, 1.114, -0.154)
