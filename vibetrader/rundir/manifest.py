"""`manifest.json`: what a run was made from, with which tools, and what each node read and wrote."""

from __future__ import annotations

import platform
from functools import cache
from importlib import metadata
from typing import Any

from pydantic import Field

from vibetrader.results.model import FileModel

FORMAT_VERSION = 1
# The packages whose version can change a run's bytes.
_RECORDED = ("numpy", "pandas", "pydantic", "lark", "jinja2", "pyyaml")


class NodeRecord(FileModel):
    """A node's last finished visit: with the same inputs and settings it need not run again."""

    status: str
    message: str = ""
    settings_hash: str = ""
    inputs: dict[str, str] = Field(default_factory=dict, description="Path → sha256 as read.")
    outputs: dict[str, str] = Field(default_factory=dict, description="Path → sha256 as written.")


class Parent(FileModel):
    """The run that this one is a change of."""

    path: str = Field(description="Relative to this run directory.")
    manifest_sha256: str


class Manifest(FileModel):
    """The head of a run directory."""

    format_version: int = FORMAT_VERSION
    created: str = Field(description="UTC, ISO 8601.")
    today: str = Field(description="The day that relative dates count from.")
    tool_version: str
    packages: dict[str, str] = Field(default_factory=dict)
    settings: dict[str, Any] = Field(default_factory=dict, description="Without secrets.")
    seed: int = 1
    trial: int = Field(1, description="Number of this run in its lineage, from 1.")
    parent: Parent | None = None
    data_receipt: dict[str, Any] | None = None
    label: str = Field("", description="What every output must say about the data, e.g. that it is synthetic.")
    protections: list[str] = Field(default_factory=list, description="What contained the strategy's process.")
    nodes: dict[str, NodeRecord] = Field(default_factory=dict)


@cache
def tool_version() -> str:
    """The installed version of VibeTrader."""
    return _version("vibetrader") or "unknown"


@cache
def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that shape a run's bytes."""
    found = {name: _version(name) for name in _RECORDED}
    return {"python": platform.python_version(), **{name: version for name, version in found.items() if version}}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
