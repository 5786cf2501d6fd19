"""The error tree and the exit codes. Imports nothing of ours.

A message names what is wrong and the value; the hint is the next thing to type. Anything that is not a
`VibeTraderError` is a bug and is allowed to look like one (exit code 1).
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit code means; the table in docs/reference is generated from here."""

    DONE = 0
    BUG = 1
    USAGE = 2
    RUN_DIRECTORY = 3
    SPEC = 4
    NO_CODE = 5
    NO_RESULT = 6
    PROVIDER = 7
    UNSUPPORTED_LEAN = 8
    NEEDS_INPUT = 9
    THRESHOLD = 10
    INTERRUPTED = 130


class VibeTraderError(Exception):
    """A failure the user can act on.

    Args:
        message: What is wrong, with the value.
        hint: The next step, or "" when the message says it all.
    """

    exit_code: ExitCode = ExitCode.BUG

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(VibeTraderError):
    """A wrong option, argument or setting."""

    exit_code = ExitCode.USAGE


class RunDirError(VibeTraderError):
    """A run directory lacks an artefact or holds an invalid one."""

    exit_code = ExitCode.RUN_DIRECTORY


class SpecError(VibeTraderError):
    """A spec or idea that cannot be used.

    Args:
        file: Path or label of the text, "" when it has none.
        line: 1-based line in it, None when unknown.
        column: 1-based column, None when unknown.
        field: Dotted field of the spec, e.g. `entry.long`.
        suggestion: What may have been meant.
    """

    exit_code = ExitCode.SPEC

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        file: str = "",
        line: int | None = None,
        column: int | None = None,
        field: str = "",
        suggestion: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.file = file
        self.line = line
        self.column = column
        self.field = field
        self.suggestion = suggestion

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part not in ("", None))
        parts = [f"{place}: " if place else "", f"{self.field}: " if self.field else "", self.message]
        if self.suggestion:
            parts.append(f" (did you mean {self.suggestion!r}?)")
        return "".join(parts)


class NoCodeError(VibeTraderError):
    """No acceptable code could be written."""

    exit_code = ExitCode.NO_CODE


class NoResultError(VibeTraderError):
    """The backtest gave no result: environment, data or time."""

    exit_code = ExitCode.NO_RESULT


class DataError(NoResultError):
    """Market data that is missing, damaged or outside the period."""


class ProviderError(VibeTraderError):
    """A language model or data source failed or its budget is spent."""

    exit_code = ExitCode.PROVIDER


class BudgetError(ProviderError):
    """The next answer of a model might cost more money, tokens or calls than are left."""


class NetworkError(ProviderError):
    """A data source could not be reached, or refused to serve this caller.

    Args:
        kind: offline, dns, refused, timeout, tls, cut, proxy, or the HTTP status as text.
    """

    def __init__(self, message: str, *, hint: str = "", kind: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kind = kind


class UnsupportedLeanFeature(VibeTraderError):  # noqa: N818 (the name users meet in messages and docs)
    """A LEAN feature the embedded engine lacks; names the member and the nearest way."""

    exit_code = ExitCode.UNSUPPORTED_LEAN


class UnsupportedLeanMember(UnsupportedLeanFeature, AttributeError):  # noqa: N818
    """A member of LEAN's that the engine lacks; also an AttributeError, so that `hasattr` says no."""


class CannotInterpret(VibeTraderError):  # noqa: N818 (the name says what happened)
    """A spec has something that only the engine can run; the message names it."""

    exit_code = ExitCode.SPEC


class NeedsInputError(VibeTraderError):
    """Questions are open and nobody can be asked."""

    exit_code = ExitCode.NEEDS_INPUT


class ThresholdError(VibeTraderError):
    """A threshold given with --fail-if was missed."""

    exit_code = ExitCode.THRESHOLD
