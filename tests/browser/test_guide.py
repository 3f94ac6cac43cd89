"""What docs/guides/browser.md shows is one module, and works: bought, signed, heard of."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from gen_ip import GenIP, Rights, SignedOffer
from gen_ip.accounts import dev_account
from gen_ip.content.local import LocalStore
from gen_ip.terms import COMMERCIAL
from tests.support.chain import LocalChain
from tests.support.reader import blocks
from tests.support.require import ROOT, require


def test_the_module_works(chain: LocalChain, tmp_path: Path) -> None:
    node = require("node")
    module = tmp_path / "gen-ip.mjs"
    module.write_text("\n".join(blocks(ROOT / "docs/guides/browser.md", "js")), "utf-8")
    (tmp_path / "abi").symlink_to(ROOT / "abi")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    # Accounts that anvil signs for.
    seller, buyer = dev_account("dev1"), dev_account("dev2")
    assert seller is not None
    assert buyer is not None
    owner = GenIP(chain.url, seller, store=LocalStore(tmp_path / "store"))
    work = owner.certify(b"a page's picture", name="Morning").work_id
    owner.offer(work, COMMERCIAL, price=7, quantity=2)
    visit = subprocess.run(
        [
            *(str(node), "--no-warnings", "--preserve-symlinks", "--preserve-symlinks-main"),
            str(ROOT / "tests/browser/visit.mjs"),
            *(str(module), chain.url, str(work), seller.address, buyer.address),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert visit.returncode == 0, visit.stdout + visit.stderr
    seen = json.loads(visit.stdout)
    assert seen["status"] == ["success", "success"]
    assert seen["left"] == 0
    assert seen["rights"] == [True, False]
    # Another price than the one signed.
    assert seen["refusal"] == "InvalidSignature"
    assert sorted(seen["sales"]) == [[1, 5, buyer.address], [2, 14, buyer.address]]

    # Python reads the offer that the page signed, and fills it as well.
    signed = SignedOffer.from_json(seen["signed"])
    assert (signed.offer.maker, signed.offer.price) == (seller.address, 5)
    (license_,) = owner.using(chain.carol).buy(signed, max_price=5)
    assert owner.check(license_.id, chain.carol.address, Rights.COMMERCIAL)
    assert owner.earnings(work).credit == 2 * 7 + 2 * 5
