"""Mixin: training code on a schedule. Date and time rules are properties of the algorithm."""

from __future__ import annotations

from typing import Any

from vibetrader.engine.api.properties import overloaded
from vibetrader.engine.scheduling import ScheduledEvent


class SchedulingMixin:
    """`self.train`; LEAN: Algorithm/QCAlgorithm.cs, Train."""

    _vt: Any

    @overloaded(
        "training_code: Callable[[], None]",
        "date_rule: IDateRule, time_rule: ITimeRule, training_code: Callable[[], None]",
    )
    def train(self, training_code: Any, date_rule: Any = None, time_rule: Any = None) -> ScheduledEvent:
        """Run training code now, or on the dates and times of two rules."""
        schedule = self._vt.schedule
        if date_rule is None:
            return schedule.training_now(training_code)  # type: ignore[no-any-return]
        return schedule.training(date_rule, time_rule, training_code)  # type: ignore[no-any-return]
