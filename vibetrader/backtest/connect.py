"""The one place that names the engines."""

from __future__ import annotations

from vibetrader.backtest.embedded import EmbeddedBacktester
from vibetrader.backtest.protocol import Backtester
from vibetrader.settings import Settings


def backtester(settings: Settings) -> Backtester:
    """The engine that the settings choose."""
    match settings.engine:
        case "embedded":
            return EmbeddedBacktester()
        case "lean":
            from vibetrader.backtest.lean_cli import LeanCliBacktester

            return LeanCliBacktester(settings.lean_image)
        case "launcher":
            from vibetrader.backtest.launcher import LauncherBacktester

            return LauncherBacktester(settings.launcher_dir)
