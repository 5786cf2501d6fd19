"""`python -m vibetrader.backtest.contained POLICY -- ENGINE ARGUMENTS`: contain this process, then be the engine."""

from __future__ import annotations

import json
import sys


def main() -> int:
    """Contain the process by the policy in the first argument, then run the engine with the rest.

    Returns:
        The engine's exit code; 71 when the containment itself failed, so that it is not taken for the strategy's.
    """
    from vibetrader.backtest.sandbox import Policy, contain

    given = json.loads(sys.argv[1])
    policy = Policy(**{**given, "read": tuple(given["read"]), "write": tuple(given["write"])})
    try:
        contain(policy)
    except OSError as error:
        print(f"the sandbox could not be set up: {error}", file=sys.stderr)  # noqa: T201
        return 71
    from vibetrader.engine.__main__ import main as engine

    return engine(sys.argv[3:])


if __name__ == "__main__":
    sys.exit(main())
