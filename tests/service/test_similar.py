"""Works that are like an earlier one are noted when they are fed, and told by a webhook."""

from __future__ import annotations

import io
import time
from pathlib import Path

from PIL import Image

from gen_ip import GenIP
from gen_ip.chain.rpc import Rpc
from gen_ip.index.documents import fetch_missing
from gen_ip.service.feeding import Feeder
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.similar import KeptSimilar
from gen_ip.service.matching import Matching
from gen_ip.service.settings import Settings
from tests.index.following import caught_up, writer_of
from tests.sdk.conftest import alice, bob, store
from tests.support.chain import LocalChain

from .files import COFFEE

__all__ = ["alice", "bob", "store"]


def test_a_copy_of_anothers_picture_is_noted_and_no_stranger(
    chain: LocalChain, alice: GenIP, bob: GenIP, tmp_path: Path
) -> None:
    database, writer = writer_of(tmp_path / "chain.sqlite", Rpc(chain.web3), chain.deployment)
    settings = Settings(index=tmp_path / "match", store=tmp_path / "service")
    records = Records(settings.store)
    similar = KeptSimilar(records)
    with Matching(settings) as matching:
        feeder = Feeder(
            database,
            records,
            chain.web3.eth.chain_id,
            settings.index,
            alice.store,
            settings.upload_bytes,
            matching,
        )

        def fed() -> None:
            caught_up(writer)
            fetch_missing(database, alice.store)
            assert sum(feeder.round())

        begun = int(time.time())
        work = alice.certify(COFFEE).work_id
        fed()
        with Image.open(COFFEE) as picture, io.BytesIO() as out:
            picture.convert("RGB").resize((400, 300)).save(out, "JPEG", quality=70)
            (tmp_path / "copy.jpg").write_bytes(out.getvalue())
            (tmp_path / "own.jpg").write_bytes(out.getvalue() + b"\0")
        (tmp_path / "words.txt").write_text("Words that nobody else ever said about this. " * 20)
        copy = bob.certify(tmp_path / "copy.jpg").work_id
        bob.certify(tmp_path / "words.txt")
        fed()
        # The owner's own are none of another's.
        alice.certify(tmp_path / "own.jpg")
        fed()
    [found, *others] = similar.of(chain.alice.address, begun, 10)
    assert (found.work, found.by, found.account) == (work, copy, chain.alice.address)
    assert found.verdict in ("near-duplicate", "derivative")
    assert 0.5 < found.score <= 1
    assert not others
    assert similar.of(chain.alice.address, int(time.time()) + 5, 10) == []
    similar.note([found._replace(verdict="similar")])
    assert similar.of(chain.alice.address, begun, 10) == [found]
    writer.close()
    database.close()
