"""What can be wrong with a question about a use, or with what was signed about one."""

# ruff: noqa: N818

from __future__ import annotations

from gen_ip.errors import GenIPError, shown


class StatusError(GenIPError):
    """Root of what can go wrong with a question about a use."""


class BadAccount(StatusError):
    """The text names no account and no domain; `reason` says why."""

    def __init__(self, value: object, reason: str) -> None:
        self.value, self.reason = value, reason
        super().__init__(
            f"account {shown(value)}: {reason}; give a domain such as example.com, or "
            "@user@example.com"
        )


class UnknownUse(StatusError):
    """The word names no intended use."""

    def __init__(self, value: object, known: str) -> None:
        self.value = value
        super().__init__(f"no use is called {shown(value)}; known are {known}")


class NotLicensee(StatusError):
    """Only who holds a running license, or owns the work, can let others use it."""

    def __init__(self, what: str, number: str, holder: str, account: str) -> None:
        self.holder, self.account = holder, account
        reason = "it has ended" if holder == account else f"{holder} holds it, not {account}"
        super().__init__(f"{what} {shown(number)} lets {account} permit nothing: {reason}")


class NotGranted(StatusError):
    """A permit cannot allow what its license does not."""

    def __init__(self, license_id: int, uses: str) -> None:
        self.license, self.uses = license_id, uses
        super().__init__(
            f"license {license_id} does not allow {uses}; leave that out of the permit"
        )


class PermitElsewhere(StatusError):
    """The permit is of another chain, or of another license contract."""

    def __init__(self, chain_id: int, contract: str, here: int, expected: str) -> None:
        self.chain_id, self.contract = chain_id, contract
        super().__init__(
            f"the permit is for chain {chain_id} and license contract {contract}, the node is of "
            f"chain {here} with {expected}; name a node of its chain with --network or --rpc"
        )


class UnusableOffer(StatusError):
    """An offer that was handed in cannot be filled as things stand; `reason` says why."""

    def __init__(self, offer_hash: bytes, reason: str) -> None:
        self.offer_hash, self.reason = offer_hash, reason
        super().__init__(f"offer 0x{offer_hash.hex()} is not taken in: {reason}")
