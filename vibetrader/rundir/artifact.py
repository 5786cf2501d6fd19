"""What a file of the run directory is: its name, its form, who writes and who reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import yaml

from vibetrader._util import jsonio
from vibetrader.results.model import FileModel

T = TypeVar("T")
M = TypeVar("M", bound=FileModel)


@dataclass(frozen=True, slots=True)
class Artifact(Generic[T]):
    """One file of the run directory.

    Attributes:
        path: Relative to the run directory, with forward slashes.
        written_by: Nodes that write it.
        read_by: Nodes that read it.
        about: What it holds, for the reference page.
        encode: Value to text.
        decode: Text to value; raises ValueError when the text is none.
        appended: Grows by lines (JSON lines); then `T` is one line.
    """

    path: str
    about: str
    written_by: tuple[str, ...]
    read_by: tuple[str, ...]
    encode: Callable[[T], str]
    decode: Callable[[str], T]
    appended: bool = False


def text(path: str, about: str, *, written_by: str, read_by: str) -> Artifact[str]:
    """An artefact that is plain text; its room gives it meaning."""
    return Artifact(path, about, _names(written_by), _names(read_by), str, str)


def json_object(
    path: str, about: str, *, written_by: str, read_by: str, by_lines: bool = False
) -> Artifact[dict[str, Any]]:
    """An artefact that is one JSON object; `by_lines` writes large ones a line per entry."""

    def decode(content: str) -> dict[str, Any]:
        value = jsonio.loads(content)
        if not isinstance(value, dict):
            raise ValueError(f"a JSON object is expected, found {type(value).__name__}")
        return value

    return Artifact(path, about, _names(written_by), _names(read_by), jsonio.lines if by_lines else _pretty, decode)


def json_model(path: str, model: type[M], about: str, *, written_by: str, read_by: str) -> Artifact[M]:
    """An artefact that is one model as JSON."""
    return Artifact(
        path,
        about,
        _names(written_by),
        _names(read_by),
        lambda value: _pretty(value.model_dump(mode="json", by_alias=True)),
        lambda content: model.model_validate(jsonio.loads(content)),
    )


def json_lines(path: str, model: type[M], about: str, *, written_by: str, read_by: str) -> Artifact[M]:
    """An artefact of one model per line."""
    return Artifact(
        path,
        about,
        _names(written_by),
        _names(read_by),
        lambda value: jsonio.dumps(value.model_dump(mode="json", by_alias=True, exclude_none=True)),
        lambda line: model.model_validate(jsonio.loads(line)),
        appended=True,
    )


def yaml_model(path: str, model: type[M], about: str, *, written_by: str, read_by: str) -> Artifact[M]:
    """An artefact that is one model as YAML."""

    def encode(value: M) -> str:
        return yaml.safe_dump(value.model_dump(mode="json", by_alias=True), sort_keys=False, allow_unicode=True)

    def decode(content: str) -> M:
        try:
            return model.model_validate(yaml.safe_load(content) or {})
        except yaml.YAMLError as error:
            raise ValueError(str(error)) from error

    return Artifact(path, about, _names(written_by), _names(read_by), encode, decode)


def _pretty(value: object) -> str:
    return jsonio.dumps(value, indent=1) + "\n"


def _names(words: str) -> tuple[str, ...]:
    return tuple(words.split())
