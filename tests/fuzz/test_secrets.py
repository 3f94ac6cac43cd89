"""Keys and passwords are in no message, no output and no picture of an object."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from gen_ip import GenIP
from gen_ip.arguments import InvalidArgument
from gen_ip.chain.errors import ConnectionFailed
from gen_ip.errors import GenIPError
from gen_ip.signers import FunctionSigner
from tests.cli.conftest import Run, home, run
from tests.support.chain import LocalChain

__all__ = ["home", "run"]

KEY = "1f" * 31 + "2e"
PASSWORD = "tr0ub4dor-and-more"
RPC_SECRET = "s3cret-api-key"


def clean(*texts: str) -> None:
    for text in texts:
        lowered = text.lower()
        assert KEY not in lowered
        assert str(int(KEY, 16)) not in lowered
        assert PASSWORD not in text
        assert RPC_SECRET not in text


def test_no_command_says_a_secret(run: Run, home: Path, shared_chain: LocalChain) -> None:
    wrong = f"http://user:{RPC_SECRET}@127.0.0.1:1/{RPC_SECRET}?key={RPC_SECRET}"
    secret = {"GENIP_PASSWORD": PASSWORD, "GENIP_RPC": wrong}
    made = run("account", "import", "mine", stdin=KEY, **secret)
    assert made.code == 0, made
    clean(made.out, made.err)
    block = shared_chain.web3.eth.block_number
    commands = [
        ("account", "list"),
        ("account", "show", "mine"),
        ("account", "import", "other", KEY),
        ("account", "import", "mine"),
        ("show", "7"),
        ("pay", "7", "1", "--account", "mine"),
        ("pay", "7", "1", "--account", "mine", "--rpc", shared_chain.url),
        ("transfer", "7"),
        ("doctor", "--account", "mine"),
        ("config", "show"),
    ]
    for command in commands:
        for words in (command, (*command, "--json")):
            ended = run(*words, stdin=KEY, **secret)
            # What was typed as an argument by mistake is on the screen already.
            if KEY not in words:
                clean(ended.out, ended.err)
            assert "Traceback" not in ended.err
    for path in home.rglob("*"):
        if path.is_file():
            clean(path.read_text("utf-8", "replace"))
    assert shared_chain.web3.eth.block_number == block


def test_no_object_shows_a_key(chain: LocalChain) -> None:
    from eth_account import Account

    account = Account.from_key(KEY)
    client = GenIP(chain.web3, account, deployment=chain.deployment)
    signer = FunctionSigner(account.address, lambda digest: bytes.fromhex(KEY))
    for thing in (client, client.unsigned, client._session, client.using(signer), signer):
        clean(repr(thing), str(thing))
    with pytest.raises(GenIPError) as refused:
        client.using(signer).pay(7, 1)
    clean(str(refused.value), repr(refused.value))
    try:
        data = pickle.dumps(client)
    except (AttributeError, TypeError, pickle.PicklingError) as error:
        clean(str(error))
    else:
        assert bytes.fromhex(KEY) not in data


def test_a_key_in_the_place_of_an_account_is_not_shown(chain: LocalChain) -> None:
    for given in (KEY, f"0x{KEY}", bytes.fromhex(KEY), [KEY]):
        with pytest.raises(InvalidArgument) as refused:
            GenIP(chain.web3, given, deployment=chain.deployment)  # type: ignore[arg-type]
        clean(str(refused.value), repr(refused.value), str(refused.value.__dict__))
    with pytest.raises(ConnectionFailed) as failed:
        GenIP(f"http://user:{RPC_SECRET}@127.0.0.1:1/{RPC_SECRET}", chain.alice)
    clean(str(failed.value), repr(failed.value), str(failed.value.__dict__))
