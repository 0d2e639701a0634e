"""Quantities of Kubernetes: `500m`, `329087452n`, `2748180Ki`, `1Gi`, `1`, `1e3`, to the digit.

Read they are exact decimals in base units (cores, bytes). In a record CPU stands in millicores
and memory in Mi, finer where it has to be: the last digit of a figure says how precisely it is
known, and `1` for a request of exactly one core would leave half a core open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal

MAX_VALUE = Decimal(10) ** 18
"""Largest quantity that is read, as in `generator.units`."""

FACTORS = {
    **{"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "": Decimal(1)},
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate("kMGTPE", start=1)},
    **{f"{suffix}i": Decimal(1024) ** power for power, suffix in enumerate("KMGTPE", start=1)},
}
"""What each suffix stands for; an exponent (`1e3`) may stand in its place."""

_QUANTITY = re.compile(
    r"\+?(?P<number>\d{1,40}(?:\.\d{0,20})?|\.\d{1,20})"
    r"(?:(?P<suffix>[numkMGTPE]|[KMGTPE]i)|[eE](?P<power>[+-]?\d{1,2}))?",
    re.ASCII,
)


def parse(written: object) -> Decimal | None:
    """The value in base units, exactly; None for anything that is no quantity or is negative."""
    if isinstance(written, int) and not isinstance(written, bool):
        written = str(written) if abs(written) < MAX_VALUE else ""
    match = _QUANTITY.fullmatch(written.strip()) if isinstance(written, str) else None
    if match is None:
        return None
    factor = (
        Decimal(10) ** int(match["power"]) if match["power"] else FACTORS[match["suffix"] or ""]
    )
    value = Decimal(match["number"].rstrip(".")) * factor
    return value if value <= MAX_VALUE else None


def total(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None of nothing, where one is not known, and of more than can be one quantity."""
    found = list(values)
    if not found or None in found:
        return None
    value = sum(filter(None, found), Decimal(0))
    return value if value <= MAX_VALUE else None


def cpu(value: Decimal) -> str:
    """Cores in the spelling of a record: `1500m`, or finer, `329.087452m`.

    Below a nanocore it is rounded up, as Kubernetes does.
    """
    millicores = (value * 1000).quantize(Decimal("1e-6"), ROUND_CEILING)
    text = f"{millicores:f}".rstrip("0").rstrip(".")
    return f"{text}m"


def memory(value: Decimal) -> str | int:
    """Bytes in the spelling of a record: `53Mi`, `2748180Ki`, or whole bytes, rounded up."""
    for suffix in ("Mi", "Ki"):
        if value % FACTORS[suffix] == 0:
            return f"{int(value / FACTORS[suffix])}{suffix}"
    return int(value.to_integral_value(ROUND_CEILING))
