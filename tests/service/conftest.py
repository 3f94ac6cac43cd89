"""A folder with an index of two works, and the service on it in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gen_ip.fingerprint.batch import Recorder, Wanted
from gen_ip.match.recording import indexed
from gen_ip.match.whole import WholeIndex
from gen_ip.match.works.kind import kind_of
from gen_ip.service.app import app_of
from gen_ip.service.kept.keys import Keys
from gen_ip.service.kept.records import Records
from gen_ip.service.settings import Settings
from tests.service.files import COFFEE, TEXT


@pytest.fixture(scope="package")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with the picture `coffee` and the text `poem`."""
    folder = tmp_path_factory.mktemp("service") / "index"
    text = folder.parent / "poem.txt"
    text.write_text(TEXT)
    with WholeIndex(folder, write=True) as opened, Recorder(Wanted()) as recorder:
        assert opened.pictures is not None
        assert opened.works is not None
        for each in recorder.records([COFFEE]):
            assert each.record is not None
            opened.pictures.add([indexed("coffee", each.record)])
        kind = kind_of("text")
        with kind.reader() as reader:
            opened.works.add([kind.record("poem", reader.fingerprint(text))])
    return folder


@pytest.fixture
def settings(index: Path, tmp_path: Path) -> Settings:
    """Small caps."""
    return Settings(
        index=index, store=tmp_path / "service", upload_bytes=2**20, decode_pixels=4_000_000
    )


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """The service, asked without a network."""
    with TestClient(app_of(settings), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def key(settings: Settings) -> str:
    """An API key."""
    return Keys(Records(settings.store)).add("tests")[1]
