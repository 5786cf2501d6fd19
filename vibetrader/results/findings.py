"""What is wrong with code, in words a person can act on: one line of `errors.jsonl` each."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from vibetrader.results.model import FileModel


class ErrorClass(StrEnum):
    """The classes of DESIGN, Compile."""

    IMPORT = "import"
    SYMBOL = "symbol"
    TIMEFRAME = "timeframe"
    ATTRIBUTE = "attribute"
    ARGUMENT = "argument"
    SYNTAX = "syntax"
    CONSOLIDATOR = "consolidator"
    WARM_UP = "warm-up"
    ORDER = "order"
    CURRENCY = "currency"
    DATA = "data"
    RUNTIME = "runtime"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    ENVIRONMENT = "environment"
    INFRASTRUCTURE = "infrastructure"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


class Finding(FileModel):
    """An error or warning about the code.

    Attributes:
        error_class: Written as `class` in the file.
        stage: Where it showed.
        raw: The original text, of LEAN, Python or a check.
        line: 1-based line of `file`, None when unknown.
        source: That line of code.
        cause: Why it happens, in LEAN's terms.
        fix: What to write instead.
        repair: Name of the rule that can repair it, None when there is none.
    """

    error_class: ErrorClass = Field(alias="class")
    stage: Literal["check", "compilation", "initialization", "execution", "result"]
    severity: Literal["error", "warning"] = "error"
    raw: str
    file: str = "main.py"
    line: int | None = None
    column: int | None = None
    source: str = ""
    cause: str = ""
    fix: str = ""
    example: str = ""
    repair: str | None = None

    @model_serializer(mode="wrap")
    def _with_line(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The line is always told, as null where it is unknown: whoever reads the file need not ask whether it is there."""
        told: dict[str, Any] = handler(self)
        return {**told, "line": self.line}
