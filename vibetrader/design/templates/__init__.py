"""Templates of the emitted source."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _environment() -> Any:
    # jinja2 is heavy for a command that only prints help.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("vibetrader.design"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(name: str, **values: Any) -> str:
    """A template's text."""
    text: str = _environment().get_template(f"{name}.py.j2").render(**values)
    return text
