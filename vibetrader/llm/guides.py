"""What prompts tell of the spec language and of LEAN: the guides, with their tables filled in."""

from __future__ import annotations

from functools import cache

from vibetrader.llm.prompts import text


@cache
def spec_guide() -> str:
    """The spec and its expressions, with all indicators."""
    from vibetrader.spec.indicators import INDICATORS

    forms = []
    for indicator in INDICATORS.values():
        values = [p.name if p.default is None else _plain(p.default) for p in indicator.parameters]
        outputs = "" if tuple(indicator.outputs) == ("value",) else "." + "/.".join(indicator.outputs)
        forms.append(f"{indicator.name}({','.join(values)}){outputs}" if values else f"{indicator.name}{outputs}")
    return text("spec_guide.md.j2", indicators=", ".join(forms)).strip()


@cache
def lean_rules() -> str:
    """What a LEAN program must keep to here."""
    return text("lean_rules.md.j2").strip()


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
