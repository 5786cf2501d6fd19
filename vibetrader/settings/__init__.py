"""One frozen model of settings: flags > VIBETRADER_* > vibetrader.toml > defaults."""

from vibetrader.settings.load import load_settings
from vibetrader.settings.model import Settings

__all__ = ["Settings", "load_settings"]
