"""The site that docs/gallery.md shows, run as it stands."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from gen_ip.platform.errors import NotThisFile
from gen_ip.platform.web import Certificates
from tests.platform.test_web import Visitor, picture
from tests.support.chain import LocalChain
from tests.support.reader import Reader, blocks, reader
from tests.support.require import ROOT

__all__ = ["reader"]


def test_the_site_takes_a_certified_upload(
    chain: LocalChain, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = blocks(ROOT / "docs" / "gallery.md", "python")
    key = chain.carol.encrypt("secret", "pbkdf2", iterations=1)
    (reader.folder / "key.json").write_text(json.dumps(key), "utf-8")
    monkeypatch.setenv("GENIP_PASSWORD", "secret")
    reader.python(example, "docs/gallery.md")
    app = reader.names["app"]
    with TestClient(app) as client:
        assert "data-gen-ip" in client.get("/").text
        alice = Visitor(client, chain.alice)
        alice.headers["X-Account"] = chain.alice.address
        made = alice.upload(picture(), "?ask=commercial:1000")
        field, sent = {"gen-ip": made["key"]}, {"file": ("a.png", picture())}
        taken = client.post("/upload", data=field, files=sent, headers=alice.headers)
        assert taken.text == "thank you"
        # Another file, another user, no such key.
        with pytest.raises(NotThisFile, match="another file"):
            client.post("/upload", data=field, files={"file": picture(1)}, headers=alice.headers)
        headers = {"X-Account": chain.bob.address}
        with pytest.raises(NotThisFile, match="another creator"):
            client.post("/upload", data=field, files=sent, headers=headers)
        platform = reader.names["platform"]
        assert platform.status(made["key"]).creator == chain.alice.address
    assert isinstance(app.middleware_stack.app, Certificates)
    platform.queue.close()
