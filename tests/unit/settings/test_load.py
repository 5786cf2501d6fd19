"""Where settings come from, and who wins."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from vibetrader._util.clock import fixed
from vibetrader.errors import UsageError
from vibetrader.settings import Settings, load_settings

NOON = fixed(datetime(2026, 11, 24, 12, tzinfo=UTC))


def load(tmp_path: Path, flags: dict[str, object] | None = None, environ: dict[str, str] | None = None) -> Settings:
    return load_settings(flags, folder=tmp_path, environ=environ or {}, clock=NOON)


def test_flags_win_over_environment_over_dotenv_over_file_over_defaults(tmp_path: Path) -> None:
    assert load(tmp_path).seed == 1
    (tmp_path / "vibetrader.toml").write_text("seed = 2\nmax_repairs = 9\n")
    assert load(tmp_path).seed == 2
    (tmp_path / ".env").write_text("# mine\nexport VIBETRADER_SEED='3'\n")
    assert load(tmp_path).seed == 3
    assert load(tmp_path, environ={"VIBETRADER_SEED": "4"}).seed == 4
    assert load(tmp_path, {"seed": 5}, {"VIBETRADER_SEED": "4"}).seed == 5
    assert load(tmp_path, {"seed": None}, {"VIBETRADER_SEED": "4"}).seed == 4
    assert load(tmp_path).max_repairs == 9


def test_today_comes_from_the_clock_and_can_be_set(tmp_path: Path) -> None:
    assert load(tmp_path).today.isoformat() == "2026-11-24"
    assert load(tmp_path, environ={"VIBETRADER_TODAY": "2024-02-29"}).today.isoformat() == "2024-02-29"


def test_secrets_are_in_no_dump(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={"OPENAI_API_KEY": "sk-very-secret"})
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-very-secret"
    for text in (repr(settings), settings.model_dump_json(), str(settings.public())):
        assert "very-secret" not in text


def test_a_misspelt_setting_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="max_repair") as caught:
        load(tmp_path, environ={"VIBETRADER_MAX_REPAIR": "3"})
    assert "max_repairs" in caught.value.hint
    (tmp_path / "vibetrader.toml").write_text("sed = 2\n")
    with pytest.raises(UsageError, match=r"vibetrader\.toml sets 'sed'"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("flags", "environ", "told"),
    [
        ({"seed": "many"}, {}, "--seed 'many'"),
        ({}, {"VIBETRADER_MAX_REPAIRS": "-1"}, "VIBETRADER_MAX_REPAIRS '-1'"),
        ({"engine": "quantum"}, {}, "--engine 'quantum'"),
        ({"data": "magic"}, {}, "--data 'magic'"),
    ],
)
def test_a_wrong_value_names_itself_and_its_place(
    tmp_path: Path, flags: dict[str, object], environ: dict[str, str], told: str
) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, flags, environ)
    assert told in str(caught.value)


def test_a_broken_file_and_a_secret_in_it_are_refused(tmp_path: Path) -> None:
    (tmp_path / "vibetrader.toml").write_text("seed = = 2")
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "vibetrader.toml").write_text('openai_api_key = "x"')
    with pytest.raises(UsageError, match="secret"):
        load(tmp_path)


def test_a_home_folder_in_a_default_is_written_out(tmp_path: Path) -> None:
    assert "~" not in str(load(tmp_path).cache_dir)
