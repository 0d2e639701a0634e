"""The types of a record's fields: pydantic annotations over quantities, names and prose.

Each type accepts what people write and what machines write, and says in the JSON Schema what
that is. The base class of all parts of a record is here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from generator import units
from generator.units import Quantity, Unit, UnitError


class Part(BaseModel):
    """Base of everything in a record: frozen, unknown keys refused."""

    # What validates a class is built when it validates first: many a command reads no file anew.
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


@dataclass(frozen=True)
class In:
    """Annotation that reads a field as a quantity of a unit: `Annotated[Quantity, In(SHARE)]`."""

    unit: Unit

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Validate with `units.parse`; a quantity that is one already passes."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(as_written)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A number in base units, or a text; the examples show the suffixes."""
        return {
            "anyOf": [{"type": "number"}, {"type": "string", "maxLength": units.MAX_TEXT}],
            "examples": list(self.unit.examples),
        }

    def _read(self, written: object) -> Quantity | None:
        if isinstance(written, Quantity):
            return written
        try:
            return units.parse(written, self.unit)
        except UnitError as error:
            raise PydanticCustomError(
                "quantity", "{message}", {"message": str(error), "hint": error.hint}
            ) from None


def as_written(quantity: Quantity | None) -> str | float:
    """What dumps to a record: the text as it was written, else the number in base units."""
    if quantity is None:
        return "N/A"
    return quantity.text or quantity.start


Latency = Annotated[Quantity | None, In(units.MILLISECONDS)]
Duration = Annotated[Quantity | None, In(units.SECONDS)]
Cores = Annotated[Quantity | None, In(units.CORES)]
DataSize = Annotated[Quantity | None, In(units.BYTES)]
Memory = Annotated[Quantity | None, In(units.MEMORY)]
Rate = Annotated[Quantity | None, In(units.PER_SECOND)]
Share = Annotated[Quantity | None, In(units.SHARE)]
Ratio = Annotated[Quantity | None, In(units.RATIO)]
Count = Annotated[Quantity | None, In(units.COUNT)]
Money = Annotated[Quantity | None, In(units.MONEY)]
Change = Annotated[Quantity | None, In(units.CHANGE)]
Number = Annotated[Quantity | None, In(units.NUMBER)]


def _number_as_text(written: object) -> object:
    """A name such as `2026` or `1.0` is a name, though YAML reads a number."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return str(written)
    return written


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\r\n]*$"),
    BeforeValidator(
        _number_as_text,
        json_schema_input_type=Annotated[str, Field(min_length=1, max_length=300)] | float,
    ),
]
"""One line of text: a title, a name, a path."""


@dataclass(frozen=True)
class Markdown:
    """Annotation of a text that is Markdown, in which figures may be computed."""


Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    Markdown(),
]
"""Markdown without raw HTML; `{{ value('request_rate') }}` in it is computed."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
"""Text that is shown as it is: a snippet, a command's output."""

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"

RunId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200, pattern=f"^{NAME}/{NAME}$"),
    BeforeValidator(_number_as_text),
]
"""A run by its path below experiments/, without suffix: `session-8/post-fix`."""


Key = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=100, pattern=f"^{NAME}$"),
    BeforeValidator(_number_as_text),
]
"""A short name by which other parts of the notebook refer to this one."""

Reference = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=300, pattern=f"^({NAME}(/{NAME})?)?#{NAME}$"
    ),
]
"""A part of a record by its key: `#more-nodes` in the same, `session-8/post-fix#more-nodes` in a
run's, `session-8#more-nodes` in a campaign's."""


def _real_date(written: object) -> object:
    if isinstance(written, datetime | date):
        return written
    if isinstance(written, str):
        for read in (date.fromisoformat, datetime.fromisoformat):
            try:
                return read(written.strip())
            except ValueError:
                continue
    raise PydanticCustomError(
        "date",
        "{written} is no date",
        {"written": repr(str(written)[:40]), "hint": "write 2026-01-02 or 2026-01-02T17:38:07Z"},
    )


Moment = Annotated[
    date | datetime,
    BeforeValidator(_real_date),
    Field(json_schema_extra={"examples": ["2026-01-02", "2026-01-02T17:38:07Z"]}),
]
"""A date, or a date with time; with a time zone or in local time as written."""


Tree = dict[str, Any]
"""Settings as a tree: mappings, lists and scalars, as deep as the loader allows."""
