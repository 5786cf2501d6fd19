"""Flags, environment, `vibetrader.toml`, defaults: read here and nowhere else."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from vibetrader._util.clock import Clock, utc_now
from vibetrader._util.suggest import did_you_mean
from vibetrader.errors import UsageError
from vibetrader.settings.model import Settings

CONFIG_FILE = "vibetrader.toml"
PREFIX = "VIBETRADER_"
# Names that others gave to the same things; ours win.
ALIASES = {
    "OPENAI_API_KEY": "openai_api_key",
    "ANTHROPIC_API_KEY": "anthropic_api_key",
    "OPENAI_BASE_URL": "openai_base_url",
    "ANTHROPIC_BASE_URL": "anthropic_base_url",
    "LEAN_DOCKER_IMAGE": "lean_image",
    "https_proxy": "proxy",
    "HTTPS_PROXY": "proxy",
}


def load_settings(
    flags: Mapping[str, object] | None = None,
    *,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
    clock: Clock = utc_now,
) -> Settings:
    """Settings from flags > environment > `.env` > `vibetrader.toml` > defaults.

    Args:
        flags: Fields given on the command line; None as a value means "not given".
        folder: Where `vibetrader.toml` and `.env` are looked for; the working folder by default.
        environ: Stands in for the process environment.

    Raises:
        UsageError: A name or value that is none, with where it stands.
    """
    folder = folder or Path()
    values: dict[str, object] = {"today": clock().date()}
    origin: dict[str, str] = {}

    def take(layer: Mapping[str, object], label: str) -> None:
        for name, value in layer.items():
            values[name] = value
            origin[name] = label

    take(_from_toml(folder / CONFIG_FILE), CONFIG_FILE)
    take(_from_environment(_dotenv(folder / ".env"), ".env"), ".env")
    take(_from_environment(os.environ if environ is None else environ, "environment"), "environment")
    take({name: value for name, value in (flags or {}).items() if value is not None}, "flag")
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise _explain(error, origin) from error


def _from_toml(path: Path) -> dict[str, object]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path.name} cannot be read: {error}", hint=f"Mend or remove {path.name}.") from error
    for name in table:
        if name not in Settings.model_fields:
            raise _unknown(name, path.name)
        if name.endswith("_api_key"):
            raise UsageError(
                f"{path.name} holds the secret {name!r}", hint="Put it into the environment or .env instead."
            )
    return dict(table)


def _from_environment(environ: Mapping[str, str], label: str) -> dict[str, object]:
    values: dict[str, object] = {}
    for alias, field in ALIASES.items():
        if environ.get(alias):
            values[field] = environ[alias]
    for name, text in environ.items():
        if not name.startswith(PREFIX):
            continue
        field = name.removeprefix(PREFIX).lower()
        # Tests find the recordings through VIBETRADER_SHARED; it is theirs, not a setting.
        if field == "shared" or not text:
            continue
        if field not in Settings.model_fields:
            raise _unknown(field, label)
        values[field] = _table(name, text) if field in {"overrides", "parameters"} else text
    return values


def _table(name: str, text: str) -> dict[str, str]:
    """`a=1,b=2` as a table."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    for key, equals, _ in pairs:
        if not equals or not key.strip():
            raise UsageError(f"{name} holds {text!r}", hint="Write it as name=value,name=value.")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _dotenv(path: Path) -> dict[str, str]:
    """The assignments of a `.env` file: `NAME=value`, `export` and quotes allowed, `#` starts a comment line."""
    if not path.is_file():
        return {}
    values: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}  # not ours to judge: many tools keep a file of this name
    for line in lines:
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not equals or name.startswith("#") or not name.strip().isidentifier():
            continue
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        values[name.strip()] = value
    return values


def _unknown(name: str, label: str) -> UsageError:
    hint = did_you_mean(name, Settings.model_fields)
    return UsageError(
        f"{label} sets {name!r}, which is no setting",
        hint=hint[:1].upper() + hint[1:] if hint else "`vibetrader doctor --settings` lists all settings.",
    )


def _explain(error: ValidationError, origin: Mapping[str, str]) -> UsageError:
    first: Any = error.errors(include_url=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        return _unknown(field, origin.get(field, "a flag"))
    written = {"flag": f"--{field.replace('_', '-')}", "environment": f"{PREFIX}{field.upper()}"}
    place = written.get(origin.get(field, ""), field)
    value = "" if field.endswith("_api_key") else f" {first['input']!r}"
    return UsageError(f"{place}{value}: {first['msg']}", hint="`vibetrader doctor --settings` lists all settings.")
