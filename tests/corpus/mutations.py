"""Mutated texts: what a cat on the keyboard, a bad copy or a hostile mind makes of people's ideas."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Final

_NOISE: Final = (
    "\x00", "\x1b[31m", "‮", "​", "\n\n\n", "\t", "💥", "ß", "İ", "ﬁ", "漢字", "𝔘", "{{7*7}}", "$(id)", "'; --", "<b>", "%s%n",
    "(" * 12, ")" * 12, "[[[", "1e309", "-0", "9" * 40, "0.0000001", "1/0", "NaN", "inf", "-5%", "%%", "@1h", "[9999]", "->", "=>",
    "and and or", "not not not", "between", "crosses above", "of of the of", "rsi(", "sma(0)", "bb(20,2).", "31/02/2020", "25:99",
    "2020-13-45", "last 0 years", "lot lots", "risk", "stop stop loss loss", "mirror opposite vice versa", "buy sell long short exit",
)  # fmt: skip


def mutated(texts: Sequence[str], seed: int, count: int) -> Iterator[str]:
    """`count` texts, the same for the same seed: pieces cut, doubled, swapped, glued, spelled wrongly, spiced with noise."""
    random_ = random.Random(seed)
    for _ in range(count):
        text = random_.choice(texts)
        for _ in range(random_.randint(1, 6)):
            text = _mutation(text, random_, texts)
        yield text[:3990]


def _mutation(text: str, random_: random.Random, texts: Sequence[str]) -> str:
    words = text.split(" ")
    at = random_.randrange(len(words)) if words else 0
    kind = random_.randrange(11)
    if kind == 0:
        del words[at : at + random_.randint(1, 4)]
    elif kind == 1:
        words.insert(at, random_.choice(_NOISE))
    elif kind == 2:
        other = random_.randrange(len(words))
        words[at], words[other] = words[other], words[at]
    elif kind == 3:
        words[at:at] = random_.choice(texts).split(" ")
    elif kind == 4:
        words[at] = words[at][::-1]
    elif kind == 5 and words[at]:
        letter = random_.randrange(len(words[at]))
        words[at] = words[at][:letter] + random_.choice("aeioxz01 .,-%") + words[at][letter + 1 :]
    elif kind == 6:
        words[at:at] = words[max(0, at - 3) : at + 3] * random_.randint(1, 12)
    elif kind == 7:
        return "".join(words)
    elif kind == 8:
        return text.upper() if random_.random() < 0.5 else text.swapcase()
    elif kind == 9:
        place = random_.randrange(len(text) + 1)
        return text[:place] + random_.choice(_NOISE) + text[place:]
    else:
        return text[: random_.randrange(len(text) + 1)]
    return " ".join(words)
