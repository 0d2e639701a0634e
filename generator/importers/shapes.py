"""The shape of foreign JSON: anything may be of any type, so each value is asked what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: object) -> Sequence[Any]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def is_count(value: object) -> TypeGuard[int]:
    """Whether it is a whole number that can count something."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15


def is_amount(value: object) -> TypeGuard[float]:
    """Whether it is a number from zero up that a record can hold, also when it is multiplied by a
    thousand; NaN and infinity are none.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 <= value < 1e14 and math.isfinite(value)  # type: ignore[operator,arg-type]
