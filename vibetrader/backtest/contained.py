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

# What nearly every strategy makes the engine load.
_LOADED_EARLY = (
    "vibetrader.engine.__main__",
    "vibetrader.engine.loader",
    "vibetrader.engine.resulthandler",
    "vibetrader.engine.api.imports",
    "vibetrader.engine.api.algorithm",
    "vibetrader.engine.api.assembly",
)


def main() -> int:
    """Take the order and carry it out.

    Returns:
        The engine's exit code; 71 when the containment itself failed, so that it is not taken for the strategy's; 0
        when no order came.
    """
    for name in _LOADED_EARLY:
        # A broken engine must say so when it is run, in the way its caller reads.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    line = sys.stdin.readline()
    if not line:
        return 0
    from vibetrader.backtest.sandbox import Policy, contain

    order = json.loads(line)
    given = order["policy"]
    policy = Policy(**{**given, "read": tuple(given["read"]), "write": tuple(given["write"])})
    os.chdir(order["folder"])
    try:
        contain(policy)
    except OSError as error:
        print(f"the sandbox could not be set up: {error}", file=sys.stderr)  # noqa: T201
        return 71
    from vibetrader.engine.__main__ import main as engine

    return engine(order["arguments"])


if __name__ == "__main__":
    sys.exit(main())
