"""Mutated texts give an answer: no traceback, no hang, whatever is typed."""

from __future__ import annotations

import random
import time
from datetime import date

from vibetrader.clarify.rules import clarify_text
from vibetrader.feedback.interpret import interpret_feedback
from vibetrader.spec.check import check
from vibetrader.spec.strategy import StrategySpec
from vibetrader.spec.words.vocabulary import lexicon
from vibetrader.spec.yamlio import dump, load

TODAY = date(2026, 11, 24)

SEEDS = (
    "Buy BTC when RSI < 30, sell when RSI > 70, stop 2%, target 4%, 2023",
    "Long: close crosses above the 50-day SMA and volume > 1.5x its 20 day average. Short: the opposite. SL 2 ATR(14), TP 3R, risk 1%",
    "Kaufe ETH auf 15m wenn der MACD die Signallinie von unten kreuzt, verkaufe umgekehrt, Startkapital 5000, 2020 bis 2022",
    "当MACD金叉时买入比特币，死叉卖出，4小时线，止损2%，回测2023年",
    "opening range = first 30 minutes; long above the range high, exit at 15:45 or 15 minutes before the session close, max 2 trades per day",
    "achète quand le cours touche la bande inférieure de Bollinger (20, 2), sortie à la bande supérieure, stop suiveur de 3%",
    "compra cuando el RSI baje de 25 y vende cuando suba de 75, últimos 6 meses, comisión 0.1%",
    "weekly RSI(30) >= daily RSI(30) > 70 and Close > MA(10) > MA(20); close if the close is more than 2% below MA(10)",
    "make the stop 3% and use 1h candles, but only on weekdays; rerun for 2024 with 50k",
    "buy 0.5 lots EUR/USD if ADX(14) > 25 and +DI crosses above -DI, move stop to breakeven after 20 pips, leverage 1:30",
)
NOISE = "()[]{}<>=!@#$%^&*+-/\\|~`'\";:,.?\n\t\x00\x07\ufeff\u202e🚀é中½²١"


def mutated(rng: random.Random) -> str:
    """A text cut, shuffled and spoilt."""
    words = rng.choice(SEEDS).split() + (rng.choice(SEEDS).split() if rng.random() < 0.3 else [])
    vocabulary = VOCABULARY
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(words)) if words else 0
        action = rng.randrange(7)
        if action == 0 and words:
            del words[at]
        elif action == 1 and words:
            words.insert(at, rng.choice(vocabulary))
        elif action == 2 and len(words) > 1:
            other = rng.randrange(len(words))
            words[at], words[other] = words[other], words[at]
        elif action == 3 and words and words[at]:
            k = rng.randrange(len(words[at]))
            words[at] = words[at][:k] + rng.choice(NOISE) + words[at][k + rng.randint(0, 1) :]
        elif action == 4:
            words.insert(at, str(rng.choice([0, -1, 1e9, 0.5, 14, 99999999999999999999, 3.14159, 2024, 13])))
        elif action == 5 and words:
            words = words[: rng.randint(1, len(words))]
        else:
            words.insert(
                at, rng.choice(["(", ")", "and", "or", "not", "1m", "H4", "%", "x", "2024-13-45", "25:99", "1:0"])
            )
    return " ".join(words)


VOCABULARY = [" ".join(key) for key in lexicon()]
SPEC = StrategySpec.model_validate(
    {
        "symbols": "BTCUSDT",
        "timeframe": "1h",
        "long": {"entry": "rsi(14) < 30", "exit": "rsi(14) > 70", "stop_loss": "2%"},
    }
)


def run(count: int, seed: int) -> float:
    """Feeds mutated texts to both readers; the slowest answer in seconds."""
    rng = random.Random(seed)
    slowest = 0.0
    for _ in range(count):
        text = mutated(rng)
        begin = time.perf_counter()
        try:
            result = clarify_text(text, TODAY)
            interpret_feedback(text, SPEC, [], TODAY)
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error} for {text!r}") from error
        slowest = max(slowest, time.perf_counter() - begin)
        if result.verdict == "ok":
            assert result.spec is not None, text
            assert load(dump(result.spec)) == result.spec, text
            assert not [f for f in check(result.spec) if f.severity == "error"], text
    return slowest


def test_mutated_texts_are_answered_without_a_traceback_or_a_hang() -> None:
    assert run(1500, seed=7) < 2


def test_long_and_hostile_texts_are_refused_in_time() -> None:
    for text in (
        "buy " * 900,
        "(" * 3000,
        "a" * 10_000,
        "rsi<30 and " * 350,
        "\x00" * 500,
        "9" * 3000,
        "買" * 2000,
        "not " * 900,
    ):
        begin = time.perf_counter()
        clarify_text(text, TODAY)
        interpret_feedback(text, SPEC, [], TODAY)
        assert time.perf_counter() - begin < 3, text[:20]
