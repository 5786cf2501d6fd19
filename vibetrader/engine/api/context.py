"""What the runner gives an algorithm before it is made: folders, databases, parameters, the result handler."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vibetrader.engine.data import definitions


@dataclass(slots=True)
class EngineContext:
    """Collaborators of one run.

    Attributes:
        data_folder: LEAN data folder.
        object_store_folder: Folder of `self.object_store`.
        market_hours: Market hours database.
        symbol_properties: Symbol properties database.
        map_files: Map files; may be None.
        factor_files: Factor files; may be None.
        results: Result handler; None drops messages.
        parameters: What `get_parameter` reads, texts.
        algorithm_id: `self.algorithm_id`.
        columns: Cache of columns read before; None reads the data folder's zips each time.
        ready: False while the strategy's module is imported: an algorithm made then has no data services, as in LEAN.
        extra: Anything else rooms want to pass on.
    """

    data_folder: Path
    object_store_folder: Path
    market_hours: Any = None
    symbol_properties: Any = None
    map_files: Any = None
    factor_files: Any = None
    results: Any = None
    parameters: dict[str, str] = field(default_factory=dict)
    algorithm_id: str = ""
    columns: Path | None = None
    ready: bool = True
    extra: dict[str, Any] = field(default_factory=dict)


_current: list[EngineContext] = []


def current() -> EngineContext:
    """The installed context.

    Raises:
        RuntimeError: None is installed: algorithms are made by the runner.
    """
    if not _current:
        raise RuntimeError("no engine context: algorithms are created by vibetrader.engine.runner")
    return _current[-1]


@contextmanager
def install(context: EngineContext) -> Iterator[EngineContext]:
    """Make `context` the current one within a with-block."""
    _current.append(context)
    try:
        yield context
    finally:
        _current.remove(context)
        definitions.use(None)
