"""Paying in tokens of all ages."""

from __future__ import annotations

import pytest

from gen_ip import ETH, GenIP
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import abi, artifacts
from gen_ip.chain.errors import InsufficientFunds
from gen_ip.chain.reverts import Reverted
from gen_ip.chain.rpc import Rpc
from gen_ip.cli.values import format_amount
from gen_ip.terms import COMMERCIAL
from gen_ip.tokens import NotAToken, symbol_or_address
from tests.support.chain import TOKENS, LocalChain
from tests.support.solidity import place


def _placed(chain: LocalChain, name: str) -> str:
    return place(chain, chain.bob, "tests/sdk/QuietToken.sol", name)


def _allowance(client: GenIP, token: str, spender: str) -> int:
    return client._tokens.allowance(token, spender)


def test_the_price_is_approved_exactly(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    offer = alice.offer(work, COMMERCIAL, price=5_000_000, token=chain.token, quantity=3)
    approved = []
    watching = GenIP(
        chain.web3,
        chain.bob,
        deployment=chain.deployment,
        store=alice.store,
        on_receipt=lambda receipt: approved.extend(receipt.events),
    )
    watching.buy(offer, max_price=10_000_000, count=2)
    (approval,) = [event for event in approved if event.name == "Approval"]
    assert approval.args["amount"] == 10_000_000
    assert approval.args["spender"] == chain.deployment.marketplace
    assert _allowance(bob, chain.token, chain.deployment.marketplace) == 0
    assert bob.balance(chain.bob.address, token=chain.token) == TOKENS - 10_000_000
    assert alice.earnings(work, token=chain.token).credit == 10_000_000


def test_a_sufficient_allowance_is_left_alone(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    bob._tokens.approve(chain.token, chain.deployment.splitter, 1_000)
    nonce = chain.web3.eth.get_transaction_count(chain.bob.address)
    bob.pay(work, 400, token=chain.token)
    assert chain.web3.eth.get_transaction_count(chain.bob.address) == nonce + 1
    assert _allowance(bob, chain.token, chain.deployment.splitter) == 600


def test_tokens_that_return_nothing(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    token = _placed(chain, "QuietToken")
    assert alice.token(token).to_json() == {"address": token, "symbol": "OLD", "decimals": 2}
    work = alice.certify(b"work").work_id
    offer = alice.offer(work, COMMERCIAL, price=700, token=token)
    bob.buy(offer, max_price=700)
    bob.pay(work, 300, token=token)
    assert alice.collect(work, token=token).amount == 1_000
    assert alice.balance(chain.alice.address, token=token) == 1_000


def test_an_old_allowance_is_reset_where_the_token_demands_it(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    token = _placed(chain, "QuietToken")
    work = alice.certify(b"work").work_id
    bob._tokens.approve(token, chain.deployment.splitter, 1)
    bob.pay(work, 300, token=token)
    assert alice.earnings(work, token=token).credit == 300
    assert _allowance(bob, token, chain.deployment.splitter) == 0


def test_a_token_that_refuses_approval(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    token = _placed(chain, "RefusingToken")
    work = alice.certify(b"work").work_id
    with pytest.raises(NotAToken, match="refuses approve"):
        bob.pay(work, 300, token=token)


def test_a_symbol_is_a_strangers_text(alice: GenIP, chain: LocalChain) -> None:
    token = _placed(chain, "RefusingToken")
    assert alice.token(token).symbol == f"{token[:10]}…{token[-6:]}"


@pytest.mark.parametrize("symbol", ["DUSD", "USDC.e", "UNI-V2", "$DOGE", "wstETH", "a" * 32])
def test_symbols_that_are_names(symbol: str) -> None:
    assert symbol_or_address(symbol, "0x" + "12" * 20) == symbol


@pytest.mark.parametrize(
    "symbol",
    ["000 USDC", "1INCH", "0", ".5", "-5", "$1000", "$", "", " ", "US DC", "USD₮", "\u202eCDSU",
     "USD\x1b[31m", "USDC\n", "5,000", "\u0415", "a" * 33, "ETH", "eth"],
)  # fmt: skip
def test_symbols_that_could_pass_for_more(symbol: str) -> None:
    shown = symbol_or_address(symbol, "0x" + "12" * 20)
    assert shown == "0x12121212…121212"
    assert format_amount(5 * 10**6, 6, shown) == "5 0x12121212…121212"


def test_a_token_without_a_symbol(
    alice: GenIP, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Rpc.call
    symbol = abi.selector(artifacts.load("DemoToken").functions["symbol"])

    def without(self: Rpc, to: str | None, data: bytes, **options: object) -> bytes:
        if data[:4] == symbol:
            raise Reverted
        return call(self, to, data, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Rpc, "call", without)
    assert alice.token(chain.token).symbol == f"{chain.token[:10]}…{chain.token[-6:]}"


def test_eth_is_known(alice: GenIP) -> None:
    assert alice.token(ETH).to_json() == {"address": ETH, "symbol": "ETH", "decimals": 18}


def test_what_is_no_token(alice: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    for address in (chain.bob.address, chain.deployment.registry):
        with pytest.raises(NotAToken, match="check the address") as refused:
            alice.token(address)
        assert refused.value.address == address
        with pytest.raises(NotAToken):
            alice.offer(work, COMMERCIAL, price=1, token=address)
        with pytest.raises(NotAToken):
            alice.pay(work, 1, token=address)
    with pytest.raises(InvalidArgument):
        alice.token("USDC")


def test_too_few_tokens(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    price = TOKENS + 1
    offer = alice.offer(work, COMMERCIAL, price=price, token=chain.token)
    nonce = chain.web3.eth.get_transaction_count(chain.bob.address)
    for run in (
        lambda: bob.buy(offer, max_price=price),
        lambda: bob.pay(work, price, token=chain.token),
    ):
        with pytest.raises(InsufficientFunds, match="of DUSD") as refused:
            run()
        assert (refused.value.has, refused.value.needs) == (TOKENS, price)
        assert refused.value.token == chain.token
    assert chain.web3.eth.get_transaction_count(chain.bob.address) == nonce
