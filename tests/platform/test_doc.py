"""What docs/platform.md shows is run as it stands."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.support.chain import LocalChain
from tests.support.reader import PICTURES, Reader, blocks, reader
from tests.support.require import ROOT

__all__ = ["reader"]


def test_an_upload_is_prepared(
    chain: LocalChain, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = blocks(ROOT / "docs" / "platform.md", "python")
    key = chain.bob.encrypt("secret", "pbkdf2", iterations=1)
    (reader.folder / "key.json").write_text(json.dumps(key), "utf-8")
    shutil.copy(PICTURES / "cat.png", reader.folder / "picture.jpg")
    monkeypatch.setenv("GENIP_PASSWORD", "secret")
    monkeypatch.setenv("VISITOR", chain.alice.address)
    assert reader.python(example, "docs/platform.md").split() == ["Consent"]
