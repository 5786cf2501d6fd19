"""Prompts: one file per task, with a `system` and a `user` block."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2


def render(task: str, inputs: Mapping[str, object]) -> tuple[str, str]:
    """The system and the user text of a task."""
    template = _environment().get_template(f"{task}.md.j2")
    context = template.new_context(dict(inputs))
    system, user = ("".join(template.blocks[name](context)).strip() + "\n" for name in ("system", "user"))
    return system, user


def text(name: str, **inputs: object) -> str:
    """A piece that several prompts share."""
    return _environment().get_template(name).render(**inputs)


def marked(text: object, label: str) -> str:
    """Text of others as data: between marks that the text cannot contain, because they are made from it."""
    content = str(text).strip("\n")
    seal = hashlib.sha256(f"{label}\0{content}".encode()).hexdigest()[:12]
    return f"<<<{label} {seal}\n{content}\n{seal} {label}>>>"


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("vibetrader.llm", "prompts"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # prompts are plain text, never shown as HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["marked"] = marked
    return environment
