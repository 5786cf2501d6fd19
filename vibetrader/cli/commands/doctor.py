"""`vibetrader doctor`: what works here and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vibetrader.cli import options as o

if TYPE_CHECKING:
    from vibetrader.settings import Settings

TryModels = Annotated[bool, typer.Option("--llm", help="Make one cheap call to each model that is set up.")]
ShowSettings = Annotated[bool, typer.Option("--settings", help="List all settings with their values.")]


def doctor(settings: ShowSettings = False, llm: TryModels = False, as_json: o.Json = False) -> None:
    """Say what works on this machine, and how to get what does not.

    Example: vibetrader doctor --settings
    """
    from vibetrader.backtest import sandbox
    from vibetrader.backtest.connect import backtester
    from vibetrader.cli import render
    from vibetrader.rundir.manifest import package_versions, tool_version

    chosen = o.settings_from()
    checks: list[dict[str, str]] = [{"check": "vibetrader", "state": "ok", "detail": tool_version()}]
    checks += [{"check": name, "state": "ok", "detail": version} for name, version in package_versions().items()]
    for name in ("embedded", "lean", "launcher"):
        missing = backtester(chosen.model_copy(update={"engine": name})).available()
        state = {"check": f"engine {name}", "state": "ok" if missing is None else "missing", "detail": ""}
        if missing is not None:
            state |= {"detail": missing.reason, "hint": missing.hint}
        checks.append(state)
    active = sandbox.available()
    for name in sandbox.ALL_PROTECTIONS:
        found = name in active
        checks.append({"check": "sandbox", "state": "ok" if found else "missing", "detail": name})
    for name in ("openai", "anthropic"):
        has_key = getattr(chosen, f"{name}_api_key") is not None
        detail = "key found" if has_key else f"no key; {name.upper()}_API_KEY holds it"
        checks.append({"check": f"model {name}", "state": "ok" if has_key else "not set up", "detail": detail})
    if llm:
        checks += _tried(chosen)
    values = {name: _shown(getattr(chosen, name)) for name in type(chosen).model_fields} if settings else {}
    if as_json:
        render.out_json({"checks": checks, **({"settings": values} if settings else {})})
        return
    for check in checks:
        render.out(f"{check['check']:18} {check['state']:12} {check['detail']}")
        if check.get("hint"):
            render.out(f"{'':31} {check['hint']}")
    for name, field in type(chosen).model_fields.items() if settings else ():
        render.out(f"{name:20} {values[name]:28} {field.description or ''}")


def _tried(settings: Settings) -> list[dict[str, str]]:
    """One call to each model that is set up."""
    from vibetrader.errors import ProviderError
    from vibetrader.llm.ping import ping

    keys = [name for name in ("openai", "anthropic") if getattr(settings, f"{name}_api_key") is not None]
    names = [settings.llm] if settings.llm != "none" else keys
    if not names:
        return [
            {
                "check": "model call",
                "state": "not set up",
                "detail": "no model is named and no key is set",
                "hint": "Set OPENAI_API_KEY or ANTHROPIC_API_KEY, or VIBETRADER_LLM and VIBETRADER_LLM_BASE_URL.",
            }
        ]
    rows: list[dict[str, str]] = []
    for name in names:
        try:
            state = {"state": "ok", "detail": ping(settings.model_copy(update={"llm": name}))}
        except ProviderError as error:
            state = {"state": "failed", "detail": error.message, "hint": error.hint}
        rows.append({"check": f"call {name}", **state})
    return rows


def _shown(value: object) -> str:
    return "" if value is None else str(value)
