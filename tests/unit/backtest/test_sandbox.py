"""Hostile code in the sandbox: nothing of it may work. Each attempt runs in a contained child of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from vibetrader.backtest import sandbox

pytestmark = pytest.mark.skipif(bool(sandbox.missing()), reason=f"this platform lacks {', '.join(sandbox.missing())}")

CHILD = """
import json, sys
from vibetrader.backtest.sandbox import Policy, contain
given = json.loads(sys.argv[1])
contain(Policy(**{**given, "read": tuple(given["read"]), "write": tuple(given["write"])}))
exec(compile(sys.argv[2], "hostile.py", "exec"))
"""


def attempt(code: str, tmp_path: Path, **limits: int) -> subprocess.CompletedProcess[str]:
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    policy = sandbox.Policy(read=(), write=(str(out),), **limits)
    return subprocess.run(
        [sys.executable, "-s", "-P", "-c", CHILD, json.dumps(asdict(policy)), code],
        capture_output=True, text=True, timeout=30, cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "SECRET_API_KEY": "sk-should-never-be-here"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/passwd').read()",
        "import os; os.listdir('/root')",
        "import os; os.listdir('/home')",
        "open('/proc/self/environ').read()",
        "open('/proc/1/cmdline').read()",
        "open('/tmp/vibetrader-was-here', 'w')",
        "open('../outside', 'w')",
        "import os; os.symlink('/etc/passwd', 'out/link')",
        "import os; os.link('/etc/passwd', 'out/link')",
        "import socket; socket.socket()",
        "import socket; socket.create_connection(('127.0.0.1', 80))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.fork()",
        "import os; os.system('true') and exit(1)",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.kill(os.getppid(), 9)",
        "import os; os.setsid()",
        "import multiprocessing as m; p = m.Process(target=print); p.start()",
        "import ctypes; exit(1 if ctypes.CDLL(None).fork() < 0 else 0)",
        "import ctypes; l = ctypes.CDLL(None); exit(1 if l.ptrace(16, 1, 0, 0) < 0 else 0)",
        "import pickle; pickle.loads(b\"cos\\nsystem\\n(S'touch out/pwned'\\ntR.\") and exit(1)",
        "import os; os.memfd_create('x')",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "x = bytearray(8 << 30)",
    ],
)
def test_hostile_code_fails(code: str, tmp_path: Path) -> None:
    done = attempt(code, tmp_path)
    assert done.returncode != 0, done.stdout
    assert not list((tmp_path / "out").iterdir())
    assert not Path("/tmp/vibetrader-was-here").exists()


def test_endless_loops_end_with_their_processor_time(tmp_path: Path) -> None:
    done = attempt("while True: pass", tmp_path, cpu_s=1)
    assert done.returncode < 0


def test_large_files_are_cut_off(tmp_path: Path) -> None:
    done = attempt("open('out/big', 'wb').write(bytes(50 << 20))", tmp_path, file_mb=8)
    assert done.returncode != 0
    assert (tmp_path / "out" / "big").stat().st_size <= 8 << 20


def test_ordinary_code_works(tmp_path: Path) -> None:
    code = (
        "import numpy, threading, zoneinfo\n"
        "t = threading.Thread(target=lambda: open('out/fine', 'w').write('yes')); t.start(); t.join()\n"
        "zoneinfo.ZoneInfo('America/New_York'); numpy.ones(10).sum()\n"
    )
    done = attempt(code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "fine").read_text() == "yes"


def test_strict_refuses_a_platform_with_less(monkeypatch: pytest.MonkeyPatch) -> None:
    from vibetrader.errors import NoResultError

    monkeypatch.setattr(sandbox, "landlock_version", lambda: 0)
    with pytest.raises(NoResultError, match="Landlock"):
        sandbox.refuse_if_weak("strict")
    sandbox.refuse_if_weak("auto")
