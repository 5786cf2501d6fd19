"""Hostile strategies through the real pipeline: none gets what it wants, each ends with a class, the run stays whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from vibetrader.backtest import sandbox

pytestmark = pytest.mark.skipif(bool(sandbox.missing()), reason=f"this platform lacks {', '.join(sandbox.missing())}")

PROGRAM = """from AlgorithmImports import *
{top}

class Hostile(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2022, 1, 1)
        self.set_end_date(2022, 1, 9)
        self.set_account_currency("USDT")
        self.set_cash(10000)
        self.set_brokerage_model(BrokerageName.BINANCE, AccountType.MARGIN)
        self._symbol = self.add_crypto("BTCUSDT", Resolution.DAILY).symbol
        self._n = 0

    def on_data(self, data):
        self._n += 1
        if self._n == 1:
            self.set_holdings(self._symbol, 0.5)
        if self._n == 3:
            self.liquidate()
            self.attack()

    def attack(self):
        {body}
"""
ENGINE = 'sys.modules["vibe" + "trader.engine.{}"]'

#: name → (code of `attack`, classes it may end with, module-level code)
ATTACKS: dict[str, tuple[str, set[str]] | tuple[str, set[str], str]] = {
    # -- what it may not read
    "key in the environment": ("self.log(os.environ['SECRET_API_KEY'])", {"runtime"}),
    "environment of the process": ("open('/proc/self/environ').read()", {"runtime"}),
    "environment of the parent": ("open(f'/proc/{os.getppid()}/environ').read()", {"runtime"}),
    "list of processes": ("os.listdir('/proc')", {"runtime"}),
    "home": ("open(os.environ.get('HOME', '/root') + '/.bashrc').read()", {"runtime"}),
    "home by its user": ("import pathlib; list(pathlib.Path('~root').expanduser().iterdir())", {"runtime"}),
    "passwords": ("open('/etc/passwd').read()", {"runtime"}),
    "the canary beside the run": ("open('../canary').read()", {"runtime"}),
    # -- what it may not write
    "write to /tmp": ("open('/tmp/vibetrader-hostile', 'w').write('x')", {"runtime"}),
    "write beside the run": ("open('../canary', 'w').write('x')", {"runtime"}),
    "write its own code": ("open('main.py', 'a').write('x')", {"runtime"}),
    "remove the configuration": ("os.remove('config.json')", {"runtime"}),
    "remove the run": ("import shutil; shutil.rmtree('.')", {"runtime"}),
    "rename its code": ("os.rename('main.py', 'other.py')", {"runtime"}),
    "write errors.jsonl": ("open('errors.jsonl', 'w').write('')", {"runtime"}),
    "fake result file": ("os.makedirs('backtest', exist_ok=True); open('backtest/x.json', 'w').write('{}')", {"runtime"}),
    "object store above its folder": ("self.object_store.save('../../../canary', 'x'); raise ValueError('kept out')", {"runtime"}),
    "symbolic link": ("os.symlink('/etc/passwd', 'link')", {"runtime"}),
    "symbolic link race": (
        "import threading\n        def race():\n            while True:\n                os.symlink('/etc', 'backtest')\n"
        "        race()",
        {"runtime"},
    ),
    "hard link": ("os.link('main.py', '/tmp/vibetrader-hostile')", {"runtime"}),
    # -- network
    "socket": ("import socket; socket.create_connection(('127.0.0.1', 80))", {"runtime"}),
    "datagram": ("import socket; socket.socket(2, 2).sendto(b'x', ('127.0.0.1', 53))", {"runtime"}),
    "unix socket": ("import socket; socket.socket(1).connect('/var/run/docker.sock')", {"runtime"}),
    "url": ("import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')", {"runtime"}),
    "http client": ("import http.client; http.client.HTTPConnection('127.0.0.1', 9).request('GET', '/')", {"runtime"}),
    "asyncio": ("import asyncio; asyncio.run(asyncio.open_connection('127.0.0.1', 9))", {"runtime"}),
    "mail": ("import smtplib; smtplib.SMTP('127.0.0.1')", {"runtime"}),
    # -- processes
    "fork bomb": ("while True: os.fork()", {"runtime"}),
    "subprocess": ("import subprocess; subprocess.run(['true'])", {"runtime"}),
    "spawn": ("os.posix_spawn('/bin/true', ['true'], {})", {"runtime"}),
    "multiprocessing": ("import multiprocessing as m; m.Process(target=print).start()", {"runtime"}),
    "daemon": ("os.setsid(); os.fork()", {"runtime"}),
    "daemon by a double fork": ("[os.fork() for _ in range(2)]", {"runtime"}),
    "signal to the parent": ("os.kill(os.getppid(), 9)", {"runtime"}),
    "signal to the group": ("os.killpg(os.getpgid(os.getppid()), 9)", {"runtime"}),
    "end of the process": ("getattr(os, '_ex' + 'it')(0)", {"runtime"}),
    "abort": ("os.abort()", {"runtime"}),
    "a thread that stays": (
        "import threading, time; threading.Thread(target=lambda: time.sleep(60), daemon=True).start()", {"runtime"},
    ),
    # -- resources
    "memory": ("x = bytearray(1 << 40)", {"memory"}),
    "memory bit by bit": ("x = []\n        while True: x.append(bytearray(1 << 26))", {"memory"}),
    "threads without end": (
        "import threading, time\n        while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        {"runtime", "memory"},
    ),
    "open files without end": ("x = []\n        while True: x.append(open('main.py'))", {"runtime"}),
    "one huge file": ("self.object_store.save_bytes('x', bytes(600 << 20))\n        raise ValueError('too much')", {"runtime", "memory"}),
    # -- around Python
    "ctypes": ("import ctypes; ctypes.CDLL(None).fork()", {"import"}),
    "ctypes by another name": ("m = __import__('cty' + 'pes'); m.CDLL(None)", {"runtime"}),
    "pickle": ("import pickle; pickle.loads(b\"cos\\nsystem\\n(S'touch pwned'\\ntR.\"); raise OSError('no shell')", {"runtime"}),
    "eval": ("eval(\"__import__('o' + 's').system('touch pwned')\"); raise OSError('no shell')", {"runtime"}),
    # -- faked results
    "engine imported": ("from vibetrader.engine import runner", {"import"}),
    "class of the engine changed": ("QCAlgorithm.set_holdings = lambda *a: None", {"runtime"}),
    "type of the portfolio changed": ("type(self.portfolio).total_portfolio_value = property(lambda s: 1e9)", {"runtime"}),
    "type of the portfolio changed past its metaclass": (
        "type.__setattr__(type(self.portfolio), 'cash', 1e9)", {"runtime"},
    ),
    "class of an object exchanged": (
        "setattr(self.portfolio, '__cla' + 'ss__', type('P', (type(self.portfolio),), {'cash': 1e9}))", {"runtime"},
    ),
    "result handler changed": (f"{ENGINE.format('resulthandler')}.ResultHandler.finish = lambda *a: None", {"runtime"}),
    "function of the engine changed": (
        f"m = {ENGINE.format('statistics.builder')}\n        name = [n for n in vars(m) if callable(vars(m)[n])][-1]\n"
        "        vars(m)[name] = lambda *a, **k: None\n        raise ValueError('changed')",
        {"runtime"},
    ),
    "function of the engine changed quietly": (
        f"m = {ENGINE.format('failures')}\n        vars(m)['describe'] = lambda *a, **k: None", {"runtime"},
    ),
    "builtin changed": ("import builtins; setattr(builtins, 'round', lambda *a: 1e9)", {"runtime"}),
    "mathematics changed": ("import math; math.sqrt = lambda x: 1e9", {"runtime"}),
    "frames of the engine": (
        "try: 1 / 0\n        except Exception as e: getattr(getattr(e.__traceback__, 'tb_fr' + 'ame'), 'f_ba' + 'ck').f_locals", {"runtime"},
    ),
    "objects by the collector": ("import gc; getattr(gc, 'get_' + 'objects')()", {"runtime"}),
    "result written and process ended": (
        "for f in range(3, 20):\n            try: os.write(f, b'vibetrader-seal 00\\n')\n            except OSError: pass\n"
        "        getattr(os, '_ex' + 'it')(0)",
        {"runtime"},
    ),
    "seal asked for": ("sys.audit('vibetrader.seal', '.')", {"runtime"}),
}  # fmt: skip
LOOPS = {
    "loop": ("while True: pass", {"timeout"}),
    "sleep": ("import time; time.sleep(600)", {"timeout"}),
    "loop that swallows": (
        "while True:\n            try: raise SystemExit\n            except BaseException: pass",
        {"timeout"},
    ),
    "output without end": ("while True: print('x' * 100000)", {"timeout", "runtime", "environment"}),
    "log without end": ("while True: self.log('x' * 1000000)", {"timeout", "runtime", "memory", "environment"}),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the data, a canary and a secret in the environment."""
    import shutil

    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(needs_shared("lean/golden/Data/crypto/binance/daily"), folder / "data/crypto/binance/daily")
    for name in ("market-hours", "symbol-properties"):
        shutil.copytree(needs_shared(f"lean/Data/{name}"), folder / "data" / name)
    (folder / "canary").write_text("alive")
    yield folder


def compiled(
    place: Path, name: str, body: str, *options: str, top: str = ""
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The strategy through `vibetrader compile`."""
    run = place / name.replace(" ", "-").replace("/", "")
    run.mkdir()
    (run / "main.py").write_text(PROGRAM.format(body=body, top=top))
    (run / "config.json").write_text("{}")
    argv = [
        sys.executable,
        "-m",
        "vibetrader",
        "compile",
        str(run),
        "--data-folder",
        str(place / "data"),
        "--no-repair",
        "--json",
    ]
    environment = {**os.environ, "SECRET_API_KEY": "sk-should-never-be-seen"}
    done = subprocess.run(
        [*argv, *options],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return run, done


def check(place: Path, name: str, attack: tuple, *options: str) -> None:  # type: ignore[type-arg]  # two or three parts
    run, done = compiled(place, name, attack[0], *options, top=attack[2] if len(attack) > 2 else "")
    assert done.returncode in (4, 5, 6), (done.returncode, done.stdout, done.stderr)
    first = json.loads((run / "errors.jsonl").read_text().splitlines()[0])
    assert first["class"] in attack[1] and first["severity"] == "error", first
    assert {"class", "stage", "line", "raw", "cause", "fix", "example"} <= {*first, "line"}
    assert first["cause"] and first["fix"]
    # Nothing of the run was touched, nothing was left behind, no secret came out.
    assert (run / "main.py").read_text() == PROGRAM.format(body=attack[0], top=attack[2] if len(attack) > 2 else "")
    assert (run / "config.json").read_text() == "{}"
    assert (place / "canary").read_text() == "alive"
    assert not Path("/tmp/vibetrader-hostile").exists() and not (run / "pwned").exists()
    assert not any(path.is_symlink() for path in run.rglob("*"))
    assert "sk-should-never-be-seen" not in "".join(
        p.read_text(errors="replace") for p in run.rglob("*") if p.is_file()
    )
    assert not (run / "metrics.json").exists()
    json.loads((run / "manifest.json").read_text())


#: One of each kind; the others are slow for their number, not each.
QUICK = [
    "environment of the parent", "write its own code", "end of the process", "a thread that stays", "memory", "engine imported",
    "class of the engine changed", "function of the engine changed quietly", "builtin changed", "seal asked for",
    "ctypes by another name", "result written and process ended",
]  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in ATTACKS]
)
def test_a_hostile_strategy_gets_nothing_and_is_named(name: str, place: Path) -> None:
    check(place, name, ATTACKS[name])


def test_one_strategy_that_tries_many_ways_gets_nowhere(place: Path) -> None:
    ways = [
        attack[0]
        for name, attack in ATTACKS.items()
        if attack[1] == {"runtime"} and "\n" not in attack[0] and name not in QUICK
        and not any(word in attack[0] for word in ("while", "abort", "raise", "getattr", "sys.modules", "type(", "math.sqrt"))
    ]  # fmt: skip
    assert len(ways) > 25
    body = (
        f"done = []\n        for way in {ways!r}:\n            try:\n                exec(way)\n"
        "            except BaseException:\n                continue\n            done.append(way)\n"
        "        raise PermissionError(f'succeeded: {done}')"
    )
    run, _ = compiled(place, "many ways", body)
    first = json.loads((run / "errors.jsonl").read_text().splitlines()[0])
    assert "succeeded: []" in first["raw"], first["raw"][:600]


@pytest.mark.slow
@pytest.mark.parametrize("name", list(LOOPS))
def test_a_strategy_without_end_is_ended(name: str, place: Path) -> None:
    check(place, name, LOOPS[name], "--backtest-timeout-s", "6")


def test_the_same_strategy_without_an_attack_runs(place: Path) -> None:
    run, done = compiled(place, "peaceful", "pass")
    assert done.returncode == 0, done.stderr
    assert json.loads((run / "metrics.json").read_text())
    manifest = json.loads((run / "manifest.json").read_text())
    assert set(sandbox.ALL_PROTECTIONS) <= set(manifest["protections"])
