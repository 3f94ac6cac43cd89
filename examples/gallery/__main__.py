"""The gallery on a chain of its own: `python -m examples.gallery`."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from pathlib import Path

import uvicorn
from eth_account import Account
from web3 import HTTPProvider, Web3

from examples.gallery.app import gallery
from gen_ip import GenIP
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.deploy import deploy
from gen_ip.chain.faucet import fund
from gen_ip.content.local import LocalStore
from gen_ip.platform import Platform, Policy, Way
from gen_ip.platform.queue import Queue
from gen_ip.signing import Payee


def main() -> None:
    """Runs until Ctrl-C; everything is gone then."""
    parser = argparse.ArgumentParser(prog="python -m examples.gallery", description=__doc__)
    parser.add_argument("--port", type=int, default=8_000, help="0: any")
    port = parser.parse_args().port
    with tempfile.TemporaryDirectory(prefix="gallery-") as name, Anvil() as node:
        folder, url = Path(name), node.start()
        web3 = Web3(HTTPProvider(url))
        account = Account.create()
        fund(web3, account.address, 10**20)
        client = GenIP(
            web3, account, deployment=deploy(web3, account), store=LocalStore(folder / "store")
        )
        platform = Platform(
            client,
            Queue(folder / "queue.sqlite"),
            Policy(way=Way.ANCHORED, seconds=5),
            share=Payee(account.address, 500),
        )
        site = gallery(platform, folder, demo_wallet=url)
        config = uvicorn.Config(site, host="127.0.0.1", port=port, log_level="warning")
        listening = config.bind_socket()
        port = listening.getsockname()[1]
        print(f"The gallery is at http://127.0.0.1:{port} until Ctrl-C", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
