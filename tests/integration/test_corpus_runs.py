"""Every spec a text of the corpus compiles to designs, compiles and runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.__main__ import default_file
from tests.corpus.items import read_items
from tests.corpus.runs import compiled, ran


@pytest.mark.slow
def test_every_compiled_spec_runs_or_is_refused_before_any_code(tmp_path: Path) -> None:
    if not default_file().exists():
        pytest.skip(f"{default_file()} is not there")
    troubles = {name: ran(name, spec, tmp_path) for name, spec in compiled(read_items(default_file()))}
    assert troubles
    assert not {name: text for name, text in troubles.items() if text and not text.startswith("refused: ")}
