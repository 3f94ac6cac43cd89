"""Paying with a signature instead of an approval, where the token takes one: ERC-2612 permits and
ERC-3009 authorizations, each good for an hour."""

# ruff: noqa: N818

from __future__ import annotations

from functools import cache
from typing import Any, Literal, TypeAlias

from gen_ip.calls.marketplace import Authorization, Permit
from gen_ip.chain import abi
from gen_ip.chain.errors import ChainError
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.session import Session
from gen_ip.signers.protocol import WrongSignature
from gen_ip.signing.eip712 import Domain, Struct, sign
from gen_ip.signing.payments import (
    PERMIT,
    RECEIVE,
    Chosen,
    PermitMessage,
    ReceiveMessage,
    authorization_nonce,
)

PaymentMethod: TypeAlias = Literal["approve", "permit", "authorization", "auto"]
"""How a price in an ERC-20 token is paid: by an approval of its own; by a signed ERC-2612 permit or
a signed ERC-3009 authorization, without one; or by whichever of permit, authorization and approval
the token and the account's key allow first."""

SECONDS = 3600
"""How long what is signed can be used."""

# EIP-5267: name, version, chain id and contract are given; salt and extensions are not.
_FIELDS = b"\x0f"
_SIGNATURE_BYTES = 65


class NoSignedPayment(ChainError):
    """The token takes no payment by signature of the kind that was asked for."""

    def __init__(self, token: str, standard: str, reason: str) -> None:
        self.token, self.standard, self.reason = token, standard, reason
        super().__init__(
            f"token {token} takes no {standard} signature ({reason}); pay with payment='approve'"
        )


class AuthorizationExpired(ChainError):
    """An ERC-3009 authorization is too old; times in seconds since the epoch."""

    def __init__(self, valid_before: int, now: int) -> None:
        self.valid_before, self.now = valid_before, now
        super().__init__(
            f"the payment was authorized until {valid_before}, it is {now}; sign it again"
        )


class AuthorizationUsed(ChainError):
    """An ERC-3009 authorization paid already, or its signer cancelled it."""

    def __init__(self, sender: str, nonce: bytes) -> None:
        self.sender, self.nonce = sender, nonce
        super().__init__(
            f"the payment of {sender} with nonce 0x{nonce.hex()} was made or cancelled; look for "
            "the license before you sign it again"
        )


class TokenSignatures:
    """What the account signs for tokens, to pay the marketplace."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def permit(self, token: str, amount: int) -> Permit:
        """An ERC-2612 permit of exactly `amount` for the marketplace.

        Raises:
            NoSignedPayment: the token knows none.
            SignerError: the account does not sign.
        """
        account = self._session.account
        nonce = self._read(token, "nonces", ["address"], ["uint256"], account.address)
        if nonce is None:
            raise NoSignedPayment(token, "ERC-2612", "it has no nonces()")
        domain = self._domain(token, "ERC-2612", PERMIT, "PERMIT_TYPEHASH")
        deadline = self._session.rpc.block().timestamp + SECONDS
        spender = self._session.deployment.marketplace
        message = PermitMessage(account.address, spender, amount, nonce, deadline)
        return Permit(deadline, *self._signed(domain, PERMIT, message))

    def authorization(
        self, token: str, amount: int, offer_hash: bytes, chosen: Chosen
    ) -> Authorization:
        """An ERC-3009 authorization of `amount` that pays for one purchase and nothing else.

        Raises:
            NoSignedPayment: the token knows none.
            SignerError: the account does not sign.
        """
        me = self._session.account.address
        valid_before = self._session.rpc.block().timestamp + SECONDS
        domain = self._domain(token, "ERC-3009", RECEIVE, "RECEIVE_WITH_AUTHORIZATION_TYPEHASH")
        # The same purchase in the same second has the same nonce.
        while self._is_used(
            token, me, nonce := authorization_nonce(offer_hash, me, valid_before, chosen)
        ):
            valid_before += 1
        spender = self._session.deployment.marketplace
        message = ReceiveMessage(me, spender, amount, 0, valid_before, nonce)
        return Authorization(me, 0, valid_before, *self._signed(domain, RECEIVE, message))

    def require_usable(
        self, token: str, authorization: Authorization, offer_hash: bytes, chosen: Chosen
    ) -> None:
        """Raises what a token would say in words of its own.

        Raises:
            AuthorizationExpired, AuthorizationUsed: as their names say.
            NoSignedPayment: the token knows none.
        """
        now = self._session.rpc.block().timestamp
        if now >= authorization.valid_before:
            raise AuthorizationExpired(authorization.valid_before, now)
        sender = authorization.sender
        nonce = authorization_nonce(offer_hash, sender, authorization.valid_before, chosen)
        if self._is_used(token, sender, nonce):
            raise AuthorizationUsed(sender, nonce)

    def _is_used(self, token: str, sender: str, nonce: bytes) -> bool:
        inputs = ["address", "bytes32"]
        used = self._read(token, "authorizationState", inputs, ["bool"], sender, nonce)
        if used is None:
            raise NoSignedPayment(token, "ERC-3009", "it has no authorizationState()")
        return bool(used)

    def _signed(
        self, domain: Domain, struct: Struct[Any], message: Any
    ) -> tuple[int, bytes, bytes]:
        """v, r and s."""
        account = self._session.account
        signature = sign(account, domain, struct, message)
        if len(signature) != _SIGNATURE_BYTES:
            raise WrongSignature(account.address, signature)
        v = signature[64]
        return v if v >= 27 else v + 27, signature[:32], signature[32:64]

    def _domain(self, token: str, standard: str, struct: Struct[Any], constant: str) -> Domain:
        """The token's EIP-712 domain: as it says itself (EIP-5267), else by its name and version,
        held against its `DOMAIN_SEPARATOR()` where it has one."""
        stated = self._read(token, constant, [], ["bytes32"])
        if stated not in (None, struct.type_hash):
            raise NoSignedPayment(token, standard, f"its {constant}() is of another struct")
        separator = self._read(token, "DOMAIN_SEPARATOR", [], ["bytes32"])
        found = self._stated_domain(token)
        if found is None and separator is not None:
            name = self._read(token, "name", [], ["string"])
            version = self._read(token, "version", [], ["string"])
            chain_id = self._session.rpc.chain_id
            found = Domain(name or "", "1" if version is None else version, chain_id, token)
        if found is None or separator not in (None, found.separator()):
            raise NoSignedPayment(token, standard, "what it signs for cannot be told")
        return found

    def _stated_domain(self, token: str) -> Domain | None:
        kinds = ["bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]"]
        found = self._read_all(token, "eip712Domain", [], kinds)
        if found is None:
            return None
        fields, name, version, chain_id, contract, _, extensions = found
        here = (self._session.rpc.chain_id, token)
        if fields != _FIELDS or extensions or (chain_id, contract) != here:
            return None
        return Domain(name, version, chain_id, contract)

    def _read(
        self, token: str, function: str, inputs: list[str], outputs: list[str], *values: object
    ) -> Any:
        found = self._read_all(token, function, inputs, outputs, *values)
        return None if found is None else found[0]

    def _read_all(
        self, token: str, function: str, inputs: list[str], outputs: list[str], *values: object
    ) -> tuple[Any, ...] | None:
        """What the token answers, None where it does not or in no such form."""
        entry = _entry(function, tuple(inputs), tuple(outputs))
        try:
            data = self._session.rpc.call(token, abi.encode_call(entry, *values))
        except ContractError:
            return None
        return abi.decode(entry["outputs"], data)


@cache
def _entry(name: str, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": name,
        "inputs": [{"type": kind} for kind in inputs],
        "outputs": [{"type": kind} for kind in outputs],
    }
