"""Text to tokens with character offsets: words, numbers, symbols; accents removed for comparison only."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST: Final = 8000
"""Characters read; an idea longer than this is refused."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign of the text."""

    kind: str
    """`word`, `number`, `sign`, `clock`, `date`, `frame`, `pair` or `break` (end of a line)."""
    norm: str
    """Lower case, accents removed."""
    value: float | str | None
    start: int
    end: int
    text: str
    glued: bool = False
    """True when nothing separates it from the token before."""


_PATTERN: Final = re.compile(
    r"""
    (?P<date>\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}年(?:\d{1,2}月(?:\d{1,2}[日号])?)?)
  | (?P<clock>\d{1,2}[:h]\d{2}(?!\d|:\d)(?:\s*[aApP]\.?[mM]\b\.?)?|\d{1,2}\s*[aApP]\.?[mM]\b\.?)
  | (?P<ticker>\d{4,6}\.[A-Za-z]{2}(?![A-Za-z0-9])|\^[A-Za-z]{2,6}\b|[A-Z][A-Z0-9]{0,11}\.(?:NS|BO|SZ|SS|HK|DE|PA|SA|TO|AX|MI|MC)\b)
  | (?P<pair>\b[A-Za-z]{2,6}\s?[/\-]\s?(?:USDT|USDC|BUSD|FDUSD|USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|BTC|ETH|BNB|TRY|BRL|usdt|usdc|usd|eur|gbp|jpy|chf|cad|aud|nzd|btc)\b)
  | (?P<percentword>%[kKdDrR]\b|[+\-][dD][iI]\b|[dD][iI][+\-](?!\w))
  | (?P<frame>\b(?:[hH](?:1|2|4|6|8|12)|[mM](?:1|3|5|15|30)|[dD]1|[wW]1|MN1|mn1)\b)
  | (?P<comma>(?<!\d,)(?:0,\d+(?!,?\d)|\d+,\d{1,2}(?!,?\d)(?=\s?(?:%|prozent|por\s?cien|pour\s?cent|pips?\b|ATR\b|x\b|lots?\b|lotes?\b|veces\b|vezes\b|fois\b|mal\b|fach|euros?\b|€|\$|usdt?\b|eur\b|R\b|punkte|puntos|pontos))))
  | (?P<thousands>\d{1,3}(?:[.\u00a0 ]\d{3})+(?![.\d])(?=\s?(?:€|euros?\b|eur\b|\$|usdt?\b|d[oó]lares|dollars?\b|reais\b|pesos\b|aktien|acciones|a[çc][õo]es|actions\b|st[üu]ck|einheiten|unidades|unit[ée]s)))
  | (?P<number>(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e-?\d+)?)
  | (?P<cjk>[㐀-鿿])
  | (?P<word>\b[lLdD]['’](?=[A-Z]{2,6}/)|[^\W\d_㐀-鿿]+(?:['’][^\W\d_㐀-鿿]+)*(?:\d+(?![.,]?\d*\s?%))?(?:[A-Z]{2,3}\b)?)
  | (?P<sign><=|>=|=>|->|<>|==|!=|→|\.\.\.|[^\w\s])
  | (?P<break>\n+)
  | (?P<other>\S)
    """,
    re.VERBOSE,
)
_CONTINENTAL: Final = re.compile(
    r"\b(?:wenn|und|der|die|das|kaufe|kaufen|verkaufe|mit|unter|über|cuando|compra|comprar|vende|vender|con|por|los|las|y|el|"
    r"quando|com|para|quand|acheter|achète|vendre|avec|les|des|le|et|que|se)\b",
    re.IGNORECASE,
)
_CONTINENTAL_PATTERN: Final = re.compile(
    _PATTERN.pattern.replace(
        r"(?P<thousands>", r"(?P<dots>\d{1,3}(?:\.\d{3})+(?![.\d]))" + "\n  | " + r"(?P<thousands>"
    ),
    re.VERBOSE,
)
"""Where people write 5.000 for five thousand."""
_ELISION: Final = re.compile(r"^(l|d|j|n|s|c|m|qu)'(?=.{2})")
_NUMBER_WORDS: Final = {
    word: float(value)
    for value, words in {
        0: "zero cero null nul 零", 1: "one eins 一", 2: "two dos deux zwei dois duas 两 二", 3: "three tres trois drei 三", 4: "four cuatro quatre vier quatro 四",
        5: "five cinco cinq funf 五", 6: "six seis sechs 六", 7: "seven siete sept sieben sete 七", 8: "eight ocho huit acht oito 八",
        9: "nine nueve neuf neun nove 九", 10: "ten diez dix zehn dez 十", 11: "eleven elf onze", 12: "twelve doce zwolf douze doze",
        15: "fifteen quince quinze funfzehn", 20: "twenty veinte vingt zwanzig vinte 二十", 30: "thirty treinta trente dreissig trinta 三十",
        40: "forty cuarenta quarante vierzig", 50: "fifty cincuenta cinquante funfzig cinquenta 五十", 60: "sixty sesenta soixante sechzig sessenta",
        70: "seventy", 80: "eighty", 90: "ninety", 100: "hundred cien cent hundert cem 一百", 200: "two-hundred", 1000: "thousand mil mille tausend",
    }.items()
    for word in words.split()
}  # fmt: skip
_SPLIT_WORD: Final = re.compile(
    r"^(sma|ema|wma|lwma|hma|dema|tema|kama|vwma|smma|ma|rsi|atr|adx|cci|mfi|roc|bb|stoch|stochrsi|macd|donchian|supertrend|vwap|"
    r"williams|obv|mom|mm|mme|mms|tp|sl)(\d+)$"
)
_K: Final = re.compile(r"(k|K|mm|mio|bn)\b")


def plain(text: str) -> str:
    """Lower case without accents: the form words are compared in. `é` is `e`, `ß` is `ss`, `ü` is `u`."""
    folded = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(c for c in folded if not unicodedata.combining(c))


def tokenize(text: str) -> list[Token]:
    """Tokens in order; every character that is not white space belongs to one.

    Full-width forms are read as their ASCII twins; offsets are those of the given text.
    """
    same_length = "".join(_single(c) for c in text)
    pattern = _CONTINENTAL_PATTERN if len(_CONTINENTAL.findall(same_length)) >= 2 else _PATTERN
    found: list[Token] = []
    position = 0
    while position < len(same_length):
        match = pattern.match(same_length, position)
        if match is None:
            position += 1
            continue
        kind = match.lastgroup or "sign"
        end = _emit(found, kind, match.group(), position, text, same_length)
        position = end
    return found


def _single(character: str) -> str:
    if character in "’‘`´":
        return "'"
    if character in "“”„«»":
        return '"'
    if character in "−–—":
        return "-"
    if character == "×":
        return "x"
    if unicodedata.category(character) in ("Cc", "Cf") and character not in "\n\t":
        return " "
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _emit(found: list[Token], kind: str, piece: str, start: int, text: str, source: str) -> int:
    end = start + len(piece)

    def add(kind: str, norm: str, value: float | str | None, first: int, last: int) -> None:
        touching = first > 0 and not source[first - 1].isspace()
        found.append(Token(kind, norm, value, first, last, text[first:last], touching))

    if kind == "dots":
        kind = "thousands"
    if kind in ("number", "comma", "thousands"):
        digits = re.sub(r"[.\s\u00a0]", "", piece) if kind == "thousands" else piece
        value = float(digits.replace(",", "." if kind == "comma" else ""))
        follow = _K.match(source, end)
        if follow and follow[1] in "kK":
            value, end = value * 1000, end + 1
        elif follow:
            value, end = value * (1e9 if follow[1] == "bn" else 1e6), end + len(follow[1])
        if (
            found and found[-1].norm == "-" and found[-1].end == start and not (_value_before(found) or found[-1].glued)
        ) or (found and found[-1].norm == "+" and found[-1].end == start and not _value_before(found)):
            sign = found.pop()
            value, start = (-value if sign.norm == "-" else value), sign.start
        add("number", source[start:end].lower(), value, start, end)
        return end
    if kind == "cjk":
        number = _NUMBER_WORDS.get(piece)
        add("number" if number is not None else "word", piece, number, start, end)
        return end
    if kind == "word":
        _word(piece, start, add)
        return end
    if kind in ("pair", "ticker"):
        add("pair", re.sub(r"\s", "", piece).lower(), re.sub(r"\s", "", piece).upper(), start, end)
    elif kind == "percentword":
        norm = piece.lower()
        add("word", norm, None, start, end)
    elif kind == "frame":
        add("frame", piece.lower(), _frame(piece), start, end)
    elif kind == "clock":
        clock = _clock(piece)
        if clock is None:
            hour = re.match(r"\d+", piece)
            assert hour is not None
            stop = start + hour.end()
            add("number", hour[0], float(hour[0]), start, stop)
            return stop
        add("clock", piece.lower(), clock, start, end)
    elif kind == "date":
        add("date", piece, piece, start, end)
    elif kind == "break":
        add("break", "\n", None, start, end)
    else:
        add("sign", piece, None, start, end)

    return end


def _value_before(found: list[Token]) -> bool:
    """Whether a sign continues a sum or range: something with a value stands right before it."""
    if len(found) < 2:
        return False
    before = found[-2]
    return before.end == found[-1].start and (
        before.kind in ("number", "word", "date") or before.norm in (")", "]", "%")
    )


def _word(piece: str, start: int, add: object) -> None:
    put = add
    assert callable(put)
    norm = plain(piece)
    elided = _ELISION.match(norm)
    if elided and "'" in piece:
        cut = piece.index("'") + 1
        put("word", norm[:cut], None, start, start + cut)
        piece, norm, start = piece[cut:], norm[cut:], start + cut
    if norm in ("xatr", "xavg", "xaverage", "xvolume", "xrisk", "xstop", "xleverage") and start > 0:
        put("word", "x", None, start, start + 1)
        put("word", norm[1:], None, start + 1, start + len(piece))
        return
    parts = _SPLIT_WORD.match(norm)
    if parts:
        cut = len(parts[1])
        put("word", parts[1], None, start, start + cut)
        put("number", parts[2], float(parts[2]), start + cut, start + len(piece))
        return
    if norm in _NUMBER_WORDS:
        put("number", norm, _NUMBER_WORDS[norm], start, start + len(piece))
        return
    put("word", norm, None, start, start + len(piece))


def _frame(piece: str) -> str:
    letter, digits = piece[0].lower(), "".join(c for c in piece if c.isdigit())
    if piece.lower() == "mn1":
        return "1M"
    return f"{digits}{letter}"


def _clock(piece: str) -> str | None:
    found = re.match(r"(\d{1,2})(?:[:h](\d{2}))?\s*([ap])?", piece.lower())
    assert found is not None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] == "p" and hour < 12:
        hour += 12
    if found[3] == "a" and hour == 12:
        hour = 0
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None


@lru_cache(maxsize=16384)
def pieces(word: str) -> tuple[str, ...]:
    """The comparison forms of the tokens in a phrase; hyphens between letters vanish."""
    return tuple(t.norm for t in joined(tokenize(word)))


def joined(tokens: list[Token]) -> list[Token]:
    """Tokens without the hyphens that only tie words together (`trailing-stop`, `50-day`)."""
    found: list[Token] = []
    for index, token in enumerate(tokens):
        if token.norm == "-" and 0 < index < len(tokens) - 1:
            left, right = tokens[index - 1], tokens[index + 1]
            tied = left.end == token.start and token.end == right.start
            difference = left.norm == "macd" and right.norm == "signal"
            if tied and not difference and right.kind == "word" and left.kind in ("word", "number"):
                continue
        found.append(token)
    return found
