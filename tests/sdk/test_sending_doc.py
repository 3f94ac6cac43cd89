"""What docs/sending.md shows is run as it stands."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.sdk.conftest import PICTURES
from tests.support.chain import LocalChain
from tests.support.require import ROOT


def test_the_example_runs(
    chain: LocalChain,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (ROOT / "docs" / "sending.md").read_text("utf-8")
    [example] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    shutil.copy(PICTURES / "coffee.jpg", tmp_path / "picture.jpg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("GENIP_RPC", chain.url)
    monkeypatch.setenv("VISITOR", chain.alice.address)
    exec(compile(example, "docs/sending.md", "exec"), {})  # noqa: S102  (our own document)
    assert capsys.readouterr().out.split() == [chain.deployment.registry]
    batch = json.loads((tmp_path / "batch.json").read_text("utf-8"))
    assert batch["meta"]["createdFromSafeAddress"] == chain.alice.address
    assert [call["to"] for call in batch["transactions"]] == [chain.deployment.registry]
