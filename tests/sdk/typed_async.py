"""What mypy knows of `AsyncGenIP`; test_async.py runs it over this file, nothing runs the file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import assert_type

from gen_ip import AsyncGenIP
from gen_ip.chain.receipts import Receipt
from gen_ip.unsigned import Plan
from gen_ip.works.licenses import License
from gen_ip.works.lineage import Lineage
from gen_ip.works.registry import Certificate, Claim, Work


async def methods_are_those_of_the_client(ip: AsyncGenIP) -> None:
    certificate = await ip.certify(Path("picture.png"), name="Morning", resale_royalty=500)
    assert_type(certificate, Certificate)
    assert_type(await ip.pay(certificate.work_id, 10**15), Receipt)
    assert_type(await ip.work("1"), Work)
    assert_type(await ip.lineage(1), Lineage)
    assert_type(await ip.licenses(work=1), list[License])
    assert_type(await ip.chain_id(), int)
    assert_type(ip.works(), AsyncIterator[Claim])
    assert_type([claim async for claim in ip.works()], list[Claim])
    assert_type(ip.using(None), AsyncGenIP)
    assert_type(await ip.unsigned.certify(b"content"), Plan)
    async with AsyncGenIP("http://127.0.0.1:8545") as client:
        assert_type(client, AsyncGenIP)


async def mistakes_are_told(ip: AsyncGenIP) -> None:
    await ip.certify(Path("picture.png"), title="Morning")  # type: ignore[call-arg]
    await ip.pay(1)  # type: ignore[call-arg]
    await ip.pay(1, "much")  # type: ignore[arg-type]
    await ip.certificate()  # type: ignore[attr-defined]
    _ = ip.pay(1, 2).gas_used  # type: ignore[attr-defined]
    AsyncGenIP("http://127.0.0.1:8545", workers=3)  # type: ignore[call-arg]
    number: int = await ip.certify(b"content")  # type: ignore[assignment]
    assert number
