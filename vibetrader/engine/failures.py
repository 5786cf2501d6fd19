"""What LEAN says when a strategy fails. LEAN: Common/Exceptions/*.cs, Common/Util/PythonUtil.cs, Common/Messages/Messages.Exceptions.cs.

LEAN words some Python errors anew, and lists the strategy's own lines of the traceback. Its texts are quoted here since
other tools read them.
"""

from __future__ import annotations

import linecache
import re
import traceback
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

_WIDTH: Final = 4
_ENGINE: Final = str(Path(__file__).resolve().parents[1])
_ATTRIBUTE: Final = re.compile(r"'(?P<type>\w+)' object has no attribute '(?P<attribute>\w+)'")
_QUOTE_NAMES: Final = {
    "bid", "ask", "bidprice", "askprice", "bidsize", "asksize", "lastbidsize", "lastasksize",
}  # fmt: skip


class Failure(NamedTuple):
    """An error in LEAN's words.

    Attributes:
        message: With the strategy's lines.
        inner: Message of the exception itself, without them.
    """

    message: str
    inner: str

    @property
    def header(self) -> str:
        """Both, as LEAN's header joins an exception with its inner one."""
        return f"{self.message} {self.inner}"


def describe(error: BaseException) -> Failure:
    """An exception as LEAN reports it."""
    inner = _own_message(error)
    stack = stack_text(error)
    if not stack and (site := getattr(error, "clr_site", "")):
        # an error of LEAN's own code names where it stands there, as those of a strategy do
        inner = f"{inner} in {site}"
    return Failure(_worded(error, inner) + stack, inner)


def _own_message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return _syntax_message(error)
    text = str(error)
    return text if text else type(error).__name__


def _syntax_message(error: SyntaxError) -> str:
    """LEAN shows the line of a syntax error in the message: the stack has none."""
    name = Path(error.filename).name if error.filename else "main.py"
    text = f"{error.msg} ({name}, line {error.lineno})"
    line = (error.text or "").strip()
    return f"{text}: {line}" if line else text


def _worded(error: BaseException, message: str) -> str:
    """The message after LEAN's interpreters, in their alphabetical order."""
    name = type(error).__name__
    is_dotnet = hasattr(type(error), "__clr_name__") or any(
        base.__name__ == "DotNetException" for base in type(error).__mro__
    )
    if is_dotnet:
        return message
    if name == "AttributeError":
        hint = _attribute_hint(message)
        if hint:
            return f"{message.strip()} {hint}"
    if "can't compare" in message:
        return (
            "Comparing datetime.datetime and datetime.date objects throws a TypeError exception. To prevent the exception, "
            "convert both to the same type, e.g.: compare dates with self.time.date() == expiry.date(), or "
            "datetimes with self.time."
        )
    if "invalid token" in message.lower() or "are not permitted;" in message.lower():
        start = message.find("(")
        place = message[start + 1 : message.find(")", start)]
        return (
            "Trying to include an invalid token/character in any statement throws a SyntaxError exception. To prevent the "
            f"exception, ensure no invalid token are mistakenly included (e.g: leading zero).\n  in {place}\n"
        )
    if isinstance(error, KeyError):
        key = str(error.args[0]) if error.args else ""
        described = f"The key '{key}'" if key.strip() else "The requested key"
        return (
            f"{described} was not found in the collection, which raises a KeyError exception. To prevent the exception, use "
            "collection.get(key), which returns None when the key is not found, or guard the access with 'if key in "
            "collection:'."
        )
    if isinstance(error, ModuleNotFoundError):
        return _missing_module(message)
    if "cannot use multiple inheritance with managed classes" in message:
        return (
            "A Python class cannot inherit from multiple classes when one of them is a C# class, like QCAlgorithm. Keep the "
            "C# class as the only base and move the other bases' members into helper classes used via composition (e.g. "
            "self._helper = MyHelper())."
        )
    if "No method match" in message:
        return _no_method(message)
    if "unsupported operand type" in message:
        types = message.split(":", 1)[1].strip() if ":" in message else message
        text = (
            f"Trying to perform a summation, subtraction, multiplication or division between {types} objects throws a "
            "TypeError exception. To prevent the exception, ensure that both values share the same type."
        )
        if "'datetime.datetime'" in types and "'datetime.date'" in types:
            text += (
                " To operate between them, use the date part of the datetime value, e.g.: (expiry.date() - today).days or "
                "self.time.date()."
            )
        return text
    if " value cannot be converted to " in message:
        return (
            f"{message}: This error is often encountered when assigning to a member defined in the base QCAlgorithm class. "
            "For example, self.universe conflicts with 'QCAlgorithm.Universe' but can be fixed by prefixing private "
            "variables with an underscore, self._universe."
        )
    return message


def _attribute_hint(message: str) -> str:
    match = _ATTRIBUTE.search(message)
    if match is None:
        return ""
    kind, attribute = match["type"], match["attribute"]
    plain = attribute.replace("_", "").lower()
    if kind == "QuoteBar" and plain == "volume":
        return (
            f"QuoteBar holds quote data (bid/ask bars and sizes) and has no '{attribute}': trade data like volume comes with "
            "TradeBar. Use data.bars.get(symbol) for the TradeBar, and note that data[symbol] returns a QuoteBar when only "
            "quote data exists at that moment (common for forex, futures and crypto)."
        )
    if kind == "TradeBar" and plain in _QUOTE_NAMES:
        return (
            f"TradeBar holds trade data (open/high/low/close/volume) and has no '{attribute}': bid/ask quotes come with "
            "QuoteBar. Use data.quote_bars.get(symbol) for the QuoteBar."
        )
    return ""


def _missing_module(message: str) -> str:
    found = re.search("'([^']*)'", message)
    name = found[1] if found else message
    text = f"No module named '{name}'. If it is a Python package, ensure it is installed in the environment."
    if re.search(r"[A-Z]", name[:1]) and any(letter.islower() for letter in name):
        text += " If it is a .NET assembly, importing it is not supported, use an equivalent Python package instead."
    return text


def _no_method(message: str) -> str:
    place = message.find("for ")
    name = message.strip()
    if place >= 0:
        rest = message[place + 4 :]
        name = rest.partition(":")[0].strip() if ":" in rest else rest.strip()
    text = (
        "Trying to dynamically access a method that does not exist throws a TypeError exception. To prevent the exception, "
        f"ensure each parameter type matches those required by the {name} method. Please checkout the API documentation."
    )
    for hint in ("The expected signature is:", "The following overloads are available:"):
        if hint in message:
            return f"{text} {message[message.find(hint) :].strip()}"
    return text


def stack_text(error: BaseException) -> str:
    """The strategy's lines of a traceback in LEAN's form, with line breaks around; "" without any."""
    # From the inside out, and no more than three of the same in a row.
    blocks: list[str] = []
    for frame in reversed(_frames(error.__traceback__)):
        block = _block(frame)
        if blocks[-3:] != [block] * 3:
            blocks.append(block)
    return "\n" + "\n".join(blocks) + "\n" if blocks else ""


def _frames(trace: TracebackType | None) -> list[traceback.FrameSummary]:
    """Frames of the strategy: all that are not the engine's, up to where it calls the engine."""
    return [
        frame
        for frame in traceback.extract_tb(trace)
        if not frame.filename.startswith(_ENGINE) and not frame.filename.startswith("<frozen")
    ]


def _block(frame: traceback.FrameSummary) -> str:
    text = "".join(traceback.StackSummary.from_list([frame]).format())
    _, _, rest = text.partition(f", line {frame.lineno}, in ")
    lines = rest.rstrip("\n").split("\n")
    return "  at " + "\n".join(lines) + f"\n in {Path(frame.filename).name}: line {frame.lineno}"


def source_line(path: str, number: int | None) -> str:
    """A line of a file without its indentation."""
    return linecache.getline(path, number or 0).strip()
