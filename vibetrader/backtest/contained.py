"""`python -m vibetrader.backtest.contained`: be ready, take one order from stdin, contain this process, be the engine.

The order is one line of JSON: the policy, the folder to work in and the engine's arguments. What the engine is made
of is imported while the order is still being written, so that the time for it is not the user's. All of it is our own
code; nothing of the user's is read before the containment holds.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

# What nearly every strategy makes the engine load.
_LOADED_EARLY = (
    "vibetrader.engine.__main__",
    "vibetrader.engine.loader",
    "vibetrader.engine.resulthandler",
    "vibetrader.engine.api.imports",
    "vibetrader.engine.api.algorithm",
    "vibetrader.engine.api.assembly",
    "vibetrader.engine.api.dotnet",
    "vibetrader.engine.data.slice",
    "vibetrader.engine.failures",
    "vibetrader.engine.loop",
    "vibetrader.engine.universe.selection",
    "vibetrader.marketdata.symbolproperties",
)


def main() -> int:
    """Take the order and carry it out.

    Returns:
        The engine's exit code; 71 when the containment itself failed, 72 when the strategy tampered with the engine, so
        that neither is taken for the strategy's own; 0 when no order came.
    """
    for name in _LOADED_EARLY:
        # A broken engine must say so when it is run, in the way its caller reads.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    line = sys.stdin.readline()
    if not line:
        return 0
    from vibetrader.backtest import guard
    from vibetrader.backtest.sandbox import Policy, contain
    from vibetrader.engine import leanmembers

    order = json.loads(line)
    given = order["policy"]
    policy = Policy(**{**given, "read": tuple(given["read"]), "write": tuple(given["write"])})
    os.chdir(order["folder"])
    told = os.dup(sys.stdout.fileno())
    try:
        contain(policy)
        if policy.mode != "off":
            leanmembers.guard_statics()
            guard.arm(order.pop("secret"), project=order["folder"], give=_giver(told))
    except OSError as error:
        print(f"the sandbox could not be set up: {error}", file=sys.stderr)  # noqa: T201
        return 71
    # Nothing of the order that a strategy should not know is left in this frame.
    arguments, output = order["arguments"], Path(order["output"])
    del line, given, order
    from vibetrader.engine.__main__ import main as engine

    code = engine(arguments)
    try:
        sys.audit(guard.SEAL, output)
    except PermissionError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 72
    return code


def _giver(handle: int) -> Callable[[str], None]:
    write, close = os.write, os.close

    def give(text: str) -> None:
        write(handle, f"\n{text}\n".encode())
        close(handle)

    return give


if __name__ == "__main__":
    sys.exit(main())
