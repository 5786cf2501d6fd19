"""Tokens to concepts: the longest known phrase wins; misspelt words are read as the nearest known one, and said so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Final

from vibetrader.errors import SpecError
from vibetrader.spec import expressions as ex
from vibetrader.spec.expressions import FUNCTIONS, PRICE_FIELDS
from vibetrader.spec.indicators import find_indicator
from vibetrader.spec.instruments import COINS
from vibetrader.spec.parser import parse
from vibetrader.spec.words import symbols
from vibetrader.spec.words.tokens import Token, joined, tokenize
from vibetrader.spec.words.vocabulary import Concept, known_words, lexicon, longest_phrase, split_words, typo_words


@dataclass(frozen=True, slots=True)
class Item:
    """One concept with its place in the text."""

    kind: str
    value: object
    text: str
    norm: str
    start: int
    end: int
    percent: bool = False
    """A number written with a percent sign."""
    currency: str = ""
    """Currency written with a number."""
    glued: bool = False

    @property
    def number(self) -> float:
        """The value of a `num` item."""
        assert isinstance(self.value, float)
        return self.value

    @property
    def word(self) -> str:
        """The value of an item whose concept is a word."""
        return self.value if isinstance(self.value, str) else self.norm


@dataclass(slots=True)
class Reading:
    """A text as concepts."""

    text: str
    items: list[Item]
    corrections: list[tuple[str, str]] = field(default_factory=list)
    """Misspelt words and what they were read as."""


_ENDS: Final = frozenset(".!?;。!?;…")
_PERCENT_WORDS: Final = frozenset(("%", "percent", "pct", "prozent", "porcento", "procent"))
_PERCENT_PAIRS: Final = frozenset(
    (("per", "cent"), ("por", "ciento"), ("por", "cento"), ("pour", "cent"), ("por", "cien"))
)


_THOUSANDS: Final = frozenset(("mil", "mille", "tausend", "thousand"))
_FUTURES: Final = frozenset("ES NQ YM RTY CL GC NG ZB ZN MES MNQ MYM MGC".split())
_BEFORE_COIN: Final = frozenset(
    "on buy trade for in of sell long short with and to kaufe compra acheter comprar de".split()
)


@cache
def _index() -> dict[tuple[str, ...], Concept]:
    table = dict(lexicon())
    for phrase, ticker in symbols.phrases().items():
        table.setdefault(split_words(tuple(phrase.split())), ("symbol", ticker))
    return table


@cache
def _starts() -> dict[str, int]:
    """First word → words in the longest phrase that starts with it."""
    longest: dict[str, int] = {}
    for key in _index():
        longest[key[0]] = max(longest.get(key[0], 0), len(key))
    return longest


def read(text: str) -> Reading:
    """The concepts of a text."""
    corrections: list[tuple[str, str]] = []
    spelled = _without_marks(_UNDERSCORE.sub(" ", text))
    tokens = [_corrected(token, corrections) for token in joined(tokenize(spelled))]
    formulas = _formulas(text)
    shouting = sum(c.isupper() for c in text) > 0.6 * max(1, sum(c.isalpha() and c.isascii() for c in text))
    items = list(_items(tokens, shouting, formulas))
    return Reading(text, _settled(_merged(items)), corrections)


_UNDERSCORE: Final = re.compile(r"(?<=[A-Za-z])_(?=[A-Za-z])")
_MARKS: Final = re.compile(r"(?:(?<=[\s:])|^)(\(?)([1-9]|[a-d])([.)])(?=\s+\S)")


def _without_marks(text: str) -> str:
    """`(1) … (2) …`, `1. … 2. …`: the marks of a list become commas; lengths stay."""
    marks = [m for m in _MARKS.finditer(text) if m[3] == ")" or m[1] == ""]
    if not {"1", "2"} <= {m[2] for m in marks} and not {"a", "b"} <= {m[2] for m in marks}:
        return text
    for mark in marks:
        text = text[: mark.start()] + "," + " " * (mark.end() - mark.start() - 1) + text[mark.end() :]
    return text


_IBS: Final = re.compile(r"\(\s*c(?:lose)?\s*-\s*l(?:ow)?\s*\)\s*/\s*\(\s*h(?:igh)?\s*-\s*l(?:ow)?\s*\)", re.IGNORECASE)
_FORMULA: Final = re.compile(
    r"(?<![\w.])[A-Za-z][A-Za-z_0-9]*(?:\((?:[^()]|\([^()]*\)){1,80}\))?(?:\.[A-Za-z_]+)?(?:@[0-9]+[A-Za-z])?(?:\[\d{1,4}\])?"
)
_FORMULA_NAMES: Final = (
    "any",
    "all",
    "count",
    "abs",
    "max",
    "min",
    "highest",
    "lowest",
    "stdev",
    "opening_range",
    "williams_r",
)


def _formulas(text: str) -> list[tuple[int, int, ex.Expression]]:
    """Pieces written in the expression language itself: `bb(20,2).lower`, `highest(high,20)[1]`, `all(close > open,3)`."""
    found: list[tuple[int, int, ex.Expression]] = [(m.start(), m.end(), ex.call("ibs")) for m in _IBS.finditer(text)]
    for match in _FORMULA.finditer(text):
        piece = match.group()
        name = re.match(r"[A-Za-z_0-9]+", piece)
        assert name is not None
        lowered = name.group().lower()
        marked = (
            "." in piece
            or "@" in piece
            or (lowered in _FORMULA_NAMES and "(" in piece)
            or ("_" in lowered and "(" in piece)
        )
        series = re.match(r"\w+\(\s*[A-Za-z]", piece) is not None
        if (
            not (marked or series)
            or len(piece) > 200
            or (lowered not in FUNCTIONS and find_indicator(lowered) is None and lowered not in PRICE_FIELDS)
        ):
            continue
        try:
            node = parse(piece.lower() if not piece.endswith("M") else piece)
        except SpecError:
            continue
        if not ex.names(node):
            found.append((match.start(), match.end(), node))
    return found


def _items(tokens: list[Token], shouting: bool, formulas: list[tuple[int, int, ex.Expression]]) -> Iterable[Item]:
    index, starts = _index(), _starts()
    position = 0
    while position < len(tokens):
        token = tokens[position]
        formula = next((f for f in formulas if f[0] == token.start), None)
        if formula is not None:
            end = position
            while end < len(tokens) and tokens[end].start < formula[1]:
                end += 1
            yield Item(
                "expr",
                formula[2],
                _between(tokens, position, end - position),
                str(formula[2]),
                token.start,
                formula[1],
                glued=token.glued,
            )
            position = end
            continue
        ticker = _ticker(token, shouting, index)
        if ticker is not None and not _phrase_begins(tokens, position, index, starts):
            yield Item("symbol", ticker, token.text, token.norm, token.start, token.end, glued=token.glued)
            position += 1
            continue
        length, concept = _longest(tokens, position, index, starts)
        if concept is not None and not (length == 1 and token.kind == "number"):
            last = tokens[position + length - 1]
            norm = " ".join(t.norm for t in tokens[position : position + length])
            yield Item(concept[0], concept[1], _between(tokens, position, length), norm, token.start, last.end,
                       glued=token.glued)  # fmt: skip
            position += length
            continue
        position += 1
        coin = token.text.upper()
        if token.kind == "word" and coin in COINS and position >= 2 and tokens[position - 2].norm in _BEFORE_COIN:
            yield Item("symbol", f"{coin}USDT", token.text, token.norm, token.start, token.end, glued=token.glued)
            continue
        if token.kind == "word" and token.norm.endswith("'") and len(token.norm) <= 3:
            yield Item("fill", None, token.text, token.norm, token.start, token.end, glued=token.glued)
            continue
        yield _single(token, index)


def _corrected(token: Token, corrections: list[tuple[str, str]]) -> Token:
    """The token under its nearest known word; what was read otherwise is kept in `corrections`."""
    if token.kind != "word" or token.norm in known_words() or token.norm.removesuffix("'s") in known_words():
        return token
    if token.text.isupper() or symbols.from_word(token.text) is not None or token.norm in symbols.phrases():
        return token
    near = nearest(token.norm)
    if near is None:
        return token
    corrections.append((token.text, near))
    return replace(token, norm=near)


def _between(tokens: list[Token], position: int, length: int) -> str:
    return " ".join(t.text for t in tokens[position : position + length])


def _ticker(token: Token, shouting: bool, index: dict[tuple[str, ...], Concept]) -> str | None:
    if token.kind == "pair":
        return (
            symbols.from_pair(str(token.value))
            if "." not in str(token.value) and "^" not in str(token.value)
            else str(token.value)
        )
    if token.kind != "word":
        return None
    known = symbols.from_word(token.text)
    if known is not None:
        return known
    if re.fullmatch(r"[A-Z]{4}(?:3|4|5|6|11)", token.text):
        return token.text  # a Brazilian share
    if token.text in ("META", "COST", "UBER", "SNAP", "COIN") and not shouting:
        return token.text  # shares whose names are words of the vocabulary in lower case
    if token.text in _FUTURES and not shouting:
        return token.text
    if token.text.isupper() and token.text.isascii() and token.text.isalpha() and len(token.text) >= 2:
        if token.text in COINS and not (shouting and (token.norm,) in index):
            return symbols.from_capitals(token.text)
        if (token.norm,) not in index and not shouting and token.norm not in typo_words():
            return symbols.from_capitals(token.text)
    return None


def _phrase_begins(
    tokens: list[Token], position: int, index: dict[tuple[str, ...], Concept], starts: dict[str, int]
) -> bool:
    return _longest(tokens, position, index, starts)[0] > 1


def _longest(
    tokens: list[Token], position: int, index: dict[tuple[str, ...], Concept], starts: dict[str, int]
) -> tuple[int, Concept | None]:
    most = starts.get(tokens[position].norm, 0)
    for length in range(min(most, len(tokens) - position), 0, -1):
        key = tuple(t.norm for t in tokens[position : position + length])
        concept = index.get(key)
        if concept is not None and not _runs_on(concept, tokens, position + length):
            return length, concept
    return 0, None


def _runs_on(concept: Concept, tokens: list[Token], end: int) -> bool:
    """`closes higher than …` is a comparison, not a streak of higher closes."""
    return (
        concept[0] in ("streak_up", "streak_down")
        and end < len(tokens)
        and tokens[end].norm in ("than", "als", "que")
        and tokens[end - 1].norm in ("higher", "lower")
    )


def _single(token: Token, index: dict[tuple[str, ...], Concept]) -> Item:
    def item(kind: str, value: object) -> Item:
        return Item(kind, value, token.text, token.norm, token.start, token.end, glued=token.glued)

    match token.kind:
        case "number" if isinstance(token.value, float) and abs(token.value) > 1e12:
            return item("word", token.norm)
        case "number":
            return item("num", token.value)
        case "clock":
            return item("clock", token.value)
        case "date":
            return item("date", token.value)
        case "frame":
            return item("frame", token.value)
        case "break":
            return item("end", "line")
        case "sign" if token.norm in _ENDS or token.norm == "...":
            return item("end", token.norm)
        case "sign" if token.norm in ",、,":
            return item("comma", ",")
        case "sign" if token.norm in ("::", ":"):
            return item("colon", ":")
        case "sign" if token.norm in "\"'*_`~#" and token.norm != "*":
            return item("fill", None)
        case "sign":
            return item("sign", token.norm)
    if token.norm in _PERCENT_WORDS:
        return item("sign", "%")
    singular = (token.norm.removesuffix("'s"),)
    if singular in index and token.norm.endswith("'s"):
        kind, value = index[singular]
        return item(kind, value)
    return item("word", token.norm)


@lru_cache(maxsize=4096)
def nearest(word: str) -> str | None:
    """The one known word within one edit (two from eight letters on), None when there is none or several."""
    if len(word) < 5 or not word.isascii() or not word.isalpha():
        return None
    most = 2 if len(word) >= 8 else 1
    best: list[str] = []
    least = most
    for known in typo_words():
        if abs(len(known) - len(word)) > least or known[0] != word[0]:
            continue
        distance = _edits(word, known, least)
        if distance < least:
            best, least = [known], distance
        elif distance == least:
            best.append(known)
    index = _index()
    kinds = {index.get((b,), ("", b)) for b in best}
    return best[0] if best and len(kinds) == 1 else None


def _edits(left: str, right: str, most: int) -> int:
    """Edit distance with neighbouring swaps; `most + 1` when beyond."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row = row, [i]
        for j, b in enumerate(right, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = previous
        if min(row) > most:
            return most + 1
    return row[-1]


_ARTICLE_AFTER: Final = frozenset(
    ("", "and", "if", "comma", "end", "act", "filter", "only", "colon", "not", "fill", "then")
)
_CLOSING_VERBS: Final = frozenset(
    ("fechar", "fecha", "cerrar", "cierra", "cierro", "schliessen", "schliesse", "fermer", "cloturer", "cierre")
)


def _is_guess(item: Item) -> bool:
    """A symbol only because it stands in capitals."""
    return (
        item.text.isupper()
        and symbols.from_word(item.text) is None
        and item.text not in COINS
        and item.norm not in symbols.phrases()
    )


def _settled(items: list[Item]) -> list[Item]:
    """Words with two meanings, told apart by their neighbours."""
    stochastic = next((i.value for i in items if i.kind == "ind" and i.value in ("stoch", "stochrsi")), None)
    found: list[Item] = []
    for index, item in enumerate(items):
        before = items[index - 1].kind if index else ""
        after = items[index + 1].kind if index + 1 < len(items) else ""
        if item.kind == "or" and item.norm == "o" and before in _ARTICLE_AFTER:
            item = replace(item, kind="fill")  # the Portuguese article, not the Spanish "or"
        elif (
            item.kind == "symbol"
            and after == "colon"
            and _is_guess(item)
            and any(i.kind == "symbol" for i in items[index + 1 :])
        ):
            item = replace(item, kind="fill")  # a name before a colon, where the instrument is named later
        elif (
            item.kind == "at_close"
            and after in ("cmp", "drop", "cross")
            and item.norm in ("on close", "on the close", "at close")
        ):
            item = replace(item, kind="price", value="close")  # "long on close above …"
        elif item.kind == "symbol" and after == "word" and _is_guess(item):
            item = replace(item, kind="word", value=item.norm)  # an abbreviation in a name, not a ticker
        elif item.kind == "act" and item.norm in _CLOSING_VERBS and after in ("cmp", "cross", "drop"):
            item = replace(item, kind="price", value="close")
        elif (
            item.norm in ("k", "d")
            and stochastic is not None
            and (item.kind == "word" or (item.kind == "unit" and before != "num"))
        ):
            item = replace(item, kind="out", value=item.norm)
        elif item.kind == "not" and item.norm in ("no", "na") and after in ("mirror", "tfhint", "frame", "symbol"):
            item = replace(item, kind="fill")
        found.append(item)
    return found


def _merged(items: list[Item]) -> list[Item]:
    """Numbers joined with their percent sign or currency."""
    found: list[Item] = []
    position = 0
    while position < len(items):
        item = items[position]
        after = items[position + 1] if position + 1 < len(items) else None
        second = items[position + 2] if position + 2 < len(items) else None
        if item.kind == "num" and after is not None:
            pair = (after.norm, second.norm) if second is not None else ("", "")
            if after.norm in ("bps", "bp") and after.kind == "word":
                found.append(
                    replace(
                        item, value=item.number / 100, percent=True, end=after.end, text=f"{item.text} {after.text}"
                    )
                )
                position += 2
                continue
            if after.kind == "num" and after.norm in _THOUSANDS and not item.percent and item.number < 1e6:
                # "20 mil", "5 tausend"
                items[position + 1] = replace(
                    item, value=item.number * 1000, end=after.end, text=f"{item.text} {after.text}"
                )
                position += 1
                continue
            if after.kind == "sign" and after.value == "%":
                found.append(replace(item, percent=True, end=after.end, text=f"{item.text}%"))
                position += 2
                continue
            if pair in _PERCENT_PAIRS:
                assert second is not None
                found.append(replace(item, percent=True, end=second.end, text=f"{item.text}%"))
                position += 3
                continue
            if after.kind == "cur" and not (
                after.norm == "$" and second is not None and second.kind == "num" and second.glued
            ):
                found.append(replace(item, currency=str(after.value), end=after.end, text=f"{item.text} {after.text}"))
                position += 2
                continue
        if item.kind == "cur" and after is not None and after.kind == "num":
            found.append(replace(after, currency=str(item.value), start=item.start, text=f"{item.text}{after.text}"))
            position += 2
            continue
        if (
            item.kind == "sign"
            and item.value == "%"
            and after is not None
            and after.norm in ("of",)
            and second is not None
            and second.kind == "num"
        ):
            found.append(
                replace(second, percent=True, start=item.start, text=f"{item.text} {after.text} {second.text}")
            )
            position += 3
            continue
        found.append(item)
        position += 1
    return found


__all__ = ["Item", "Reading", "longest_phrase", "nearest", "read"]
