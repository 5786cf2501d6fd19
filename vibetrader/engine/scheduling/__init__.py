"""Scheduled events: date rules, time rules, and the calendar that runs them in LEAN's order."""

from __future__ import annotations

from vibetrader.engine.scheduling.daterules import DateRules
from vibetrader.engine.scheduling.event import ScheduledEvent
from vibetrader.engine.scheduling.manager import ScheduleManager
from vibetrader.engine.scheduling.rules import CompositeTimeRule, FuncDateRule, FuncTimeRule
from vibetrader.engine.scheduling.timerules import TimeRules

__all__ = [
    "CompositeTimeRule",
    "DateRules",
    "FuncDateRule",
    "FuncTimeRule",
    "ScheduleManager",
    "ScheduledEvent",
    "TimeRules",
]
