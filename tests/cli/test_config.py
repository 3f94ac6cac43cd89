"""Settings: where a value comes from, what a wrong one is told, and no key of a URL is shown."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from gen_ip.config import BadSetting, ConfigUnusable, NoRpc, UnknownNetwork, load
from tests.cli.conftest import Run
from tests.support.chain import LocalChain
from tests.support.reader import blocks
from tests.support.require import ROOT

NODE = "https://user:secret1@node.example:8443/v2/secret2?key=secret3"


@pytest.fixture
def config(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = home / "config.toml"
    monkeypatch.setenv("GENIP_CONFIG", str(path))
    return path


@pytest.fixture
def there(rpc: LocalChain, config: Path, monkeypatch: pytest.MonkeyPatch) -> LocalChain:
    """The chain, which only the settings know."""
    monkeypatch.delenv("GENIP_RPC")
    config.write_text(f'network = "here"\n[networks.here]\nrpc = "{rpc.url}"\nchain_id = 31337\n')
    return rpc


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("acount = 'ada'", ("'acount'", "did you mean 'account'?", "known are network, account")),
        ("account = 7", ("'account'", "7", "account list")),
        ("account = ''", ("'account'", "''")),
        ("max_fee = 'much'", ("'max_fee'", "'much'", '"0.05"')),
        ("max_fee = -1", ("'max_fee'", "-1")),
        ("max_fee = true", ("'max_fee'", "True")),
        ("max_fee = nan", ("'max_fee'", "NaN")),
        ("max_fee = 1e999999", ("'max_fee'",)),
        ("confirmations = 0", ("'confirmations'", "0", "from 1 to")),
        ("confirmations = '3'", ("'confirmations'", "'3'")),
        ("timeout = inf", ("'timeout'", "Infinity", "seconds")),
        ("network = 'bass'", ("'network'", "'bass'", "did you mean 'base'?")),
        ("networks = 3", ("'networks'", "[networks.NAME]")),
        ("[networks]\nbase = 'x'", ("'networks.base'", "[networks.base]")),
        ("[networks.base]\nrcp = 'x'", ("'networks.base.rcp'", "did you mean 'networks.base.rpc'")),
        ("[networks.base]\nrpc = 'wss://x/SECRET'", ("'networks.base.rpc'", "http:// or https://")),
        ("[networks.base]\nchain_id = 0", ("'networks.base.chain_id'", "0")),
        ("[networks.'a b']\nchain_id = 1", ("'networks.a b.chain_id'", "letters")),
        ("[networks.'a b']", ("'networks.a b'", "letters")),
    ],
)
def test_a_wrong_setting_names_file_key_and_remedy(
    config: Path, text: str, words: tuple[str, ...]
) -> None:
    config.write_text(text)
    with pytest.raises(BadSetting) as caught:
        load()
    message = str(caught.value)
    assert "config.toml" in message
    assert "SECRET" not in message
    for word in words:
        assert word in message, message


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"account = ada\n", "line 1"),
        (b"\xff", "UTF-8"),
        (b"#" * 300_000, "262,144 bytes"),
        (b"timeout = " + b"9" * 5000, "4300 digits"),
        (b"max_fee = 1e99999999999999999999", "InvalidOperation"),
        (b"a = " + b"[" * 100_000, "nested deeper"),
    ],
)
def test_a_file_that_is_no_settings(config: Path, data: bytes, reason: str) -> None:
    config.write_bytes(data)
    with pytest.raises(ConfigUnusable) as caught:
        load()
    assert "config.toml" in str(caught.value)
    assert reason in str(caught.value)


def test_a_folder_in_the_place_of_the_file(config: Path, run: Run) -> None:
    config.mkdir()
    run("show", "7").failed("ConfigUnusable", "config.toml", "check the path")
    run("show", "7", "--json").failed("ConfigUnusable", "config.toml")
    # Help is to be had whatever the settings are.
    run("show", "--help").ok()


def test_no_file_is_no_setting(config: Path) -> None:
    found = load()
    assert not config.exists()
    assert {key: value for key, value in asdict(found).items() if value} == {"path": config}
    assert found.find("local").rpc == "http://127.0.0.1:8545"


def test_well_known_names_have_ids_and_no_node(config: Path, run: Run) -> None:
    settings = load()
    for name, network in settings.all_networks().items():
        assert (network.rpc is None) == (name != "local")
    assert settings.all_networks()["base"].chain_id == 8453
    with pytest.raises(NoRpc, match="gen-ip network add base --rpc URL"):
        settings.find("base")
    with pytest.raises(UnknownNetwork, match="did you mean 'sepolia'"):
        settings.find("seplia")
    run("show", "7", "--network", "base").failed("NoRpc", "gen-ip network add base --rpc URL")
    run("show", "7", "--network", "bsae").failed("UnknownNetwork", "did you mean 'base'?")


def test_an_own_network_keeps_what_is_known_of_the_chain(config: Path) -> None:
    config.write_text(f'[networks.polygon]\nrpc = "{NODE}"\nmax_fee = 1.50\n')
    network = load().find("polygon")
    assert (network.chain_id, network.symbol, network.max_fee) == (137, "POL", "1.50")
    assert network.address == "https://node.example:8443"
    assert "secret" not in repr(network) + json.dumps(network.to_json())


def test_option_before_environment_before_settings(
    run: Run, there: LocalChain, config: Path, picture: Path
) -> None:
    assert run("terms", "show", "0x" + "00" * 32).failed("UnknownTerms")
    nowhere = "http://127.0.0.1:1"
    config.write_text(config.read_text() + f'[networks.away]\nrpc = "{nowhere}"\n')
    ask = ("terms", "show", "0x" + "00" * 32)
    run(*ask, "--network", "away").failed("ConnectionFailed", nowhere)
    run(*ask, GENIP_NETWORK="away").failed("ConnectionFailed", nowhere)
    run(*ask, "--network", "here", GENIP_NETWORK="away").failed("UnknownTerms")
    run(*ask, GENIP_RPC=nowhere).failed("ConnectionFailed", nowhere)
    run(*ask, "--network", "here", GENIP_RPC=nowhere).failed("UnknownTerms")
    run(*ask, "--rpc", there.url, GENIP_NETWORK="away").failed("UnknownTerms")
    both = run(*ask, "--rpc", there.url, "--network", "here")
    both.failed("UsageError", "--rpc or --network, not both", code=2)
    run(*ask, "--network", "here", "--rpc", there.url, "--json").failed("UsageError", code=2)
    both = run(*ask, GENIP_RPC=nowhere, GENIP_NETWORK="away")
    both.failed("UsageError", "GENIP_RPC or GENIP_NETWORK", code=2)


def test_account_store_fee_and_confirmations_come_from_the_settings(
    run: Run, there: LocalChain, config: Path, picture: Path, tmp_path: Path
) -> None:
    networks = config.read_text()
    store = tmp_path / "kept"
    config.write_text(f'account = "dev1"\nstore = "{store}"\nmax_fee = "0"\n{networks}')
    run("certify", picture).failed("GasTooExpensive", "maximum of 0 ETH")
    # The network's own limit goes before the general one.
    config.write_text(config.read_text() + 'max_fee = "0.01"\n')
    made = run("certify", picture, "--json").ok().json
    assert made["creator"] == "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    assert list(store.rglob("*"))
    run("certify", picture, "--max-fee", "0").failed("GasTooExpensive")
    run("certify", picture, GENIP_MAX_FEE="0").failed("GasTooExpensive")
    run("certify", picture, "--account", "nobody").failed("UnknownAccount", "'nobody'")
    run("certify", picture, GENIP_ACCOUNT="nobody").failed("UnknownAccount", "'nobody'")


def test_confirmations_are_waited_for(
    run: Run, there: LocalChain, config: Path, picture: Path
) -> None:
    config.write_text(f"confirmations = 3\ntimeout = 1\n{config.read_text()}")
    pending = ("certify", picture, "--account", "dev0")
    # Anvil mines a block for each transaction, and no other.
    run(*pending).failed("TransactionPending", "1 of 3 blocks deep")
    run("certify", picture, "--account", "dev1", "--confirmations", "1").ok()
    run("certify", picture, "--account", "dev2", GENIP_CONFIRMATIONS="1").ok()
    usage = run("certify", picture, "--account", "dev2", "--confirmations", "0")
    usage.failed("UsageError", "confirmations", code=2)


def test_the_node_of_another_chain_is_refused(run: Run, there: LocalChain, config: Path) -> None:
    config.write_text(config.read_text().replace("31337", "8453"))
    ended = run("show", "7").failed("WrongNetwork", "'here' is chain 8453", "of chain 31337")
    assert "gen-ip network add here --rpc URL" in ended.err


def test_other_contracts_are_named_in_a_file(run: Run, there: LocalChain, config: Path) -> None:
    from gen_ip.chain import artifacts

    shipped = Path(artifacts.__file__).parent.parent / "artifacts" / "addresses.json"
    addresses = json.loads(shipped.read_text())
    text = config.read_text()
    config.write_text(text + 'deployment = "contracts.json"\n')
    file = config.parent / "contracts.json"
    ask = ("terms", "show", "0x" + "00" * 32)
    run(*ask).failed("BadDeploymentFile", "contracts.json", "No such file")
    file.write_text(json.dumps(addresses))
    run(*ask).failed("UnknownTerms")
    file.write_text(json.dumps(addresses | {"IPLicense": "0x" + "11" * 20}))
    run(*ask).failed("NoContracts", "0x" + "11" * 20)
    for broken in ("[]", "{", json.dumps(addresses | {"IPLicense": 7}), json.dumps({})):
        file.write_text(broken)
        run(*ask).failed("BadDeploymentFile", "IPRegistry")
    file.write_text(json.dumps(addresses | {"chainId": 5}))
    config.write_text(text.replace("chain_id = 31337", 'deployment = "contracts.json"'))
    run(*ask).failed("WrongNetwork", "chain 5", "31337")


def test_no_command_shows_more_of_a_url_than_its_host(run: Run, config: Path) -> None:
    config.write_text('network = "n"\n[networks.n]\nrpc = "http://u:secret1@127.0.0.1:1/secret2"\n')
    for as_json in ((), ("--json",)):
        ended = run("show", "7", *as_json)
        ended.failed("ConnectionFailed", "http://127.0.0.1:1")
        assert "secret" not in ended.out + ended.err
    assert os.environ["GENIP_CONFIG"] == str(config)


def test_the_file_in_the_guide_is_one(config: Path) -> None:
    [example] = blocks(ROOT / "docs/guides/settings.md", "toml")
    config.write_text(example)
    found = load()
    assert (found.account, found.max_fee) == ("dev1", "0.02")
    assert found.find("here").chain_id == 31337
