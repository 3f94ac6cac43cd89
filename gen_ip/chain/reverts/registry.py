"""Errors of IPRegistry."""

# ruff: noqa: N818

from __future__ import annotations

from gen_ip.chain.reverts.base import ContractError


class NotCreator(ContractError):
    """Only the creator of a work may do this."""

    caller: str
    creator: str
    text = "{caller} is not the creator {creator}; sign with the creator's account"


class WrongChain(ContractError):
    """A work is certified on its home chain only."""

    home_chain_id: int
    chain_id: int
    text = "the work is at home on chain {home_chain_id}, this is {chain_id}; use its home chain"


class AlreadyCertified(ContractError):
    """The certificate exists already."""

    work_id: int
    text = "this account certified the same bytes before, as work {work_id}; use that certificate"


class GasTooLow(ContractError):
    """Less gas is left than an entry of a batch may need."""

    index: int
    left: int
    needed: int
    text = "entry {index} of the batch may need {needed} gas and {left} is left; send more gas"


class RoyaltyTooHigh(ContractError):
    """The resale royalty is above the cap, both in basis points."""

    rate: int
    cap: int
    text = "a resale royalty of {rate} basis points is above the cap; name {cap} or less"


class HasEdgesOrPayees(ContractError):
    """Works with parents or payees are certified through the license contract."""

    edges: int
    payees: int
    text = "{edges} parents and {payees} payees; certify through the license contract"


class OnlyLicense(ContractError):
    """Only the license contract may call this."""

    caller: str
    text = "{caller} is not the license contract; certify through the license contract"


class ToTill(ContractError):
    """A certificate cannot be sent to a work's till: nobody could move it again."""

    work_id: int
    till: str
    text = "work {work_id} cannot be sent to {till}, the till of a work; name another receiver"


class NoValue(ContractError):
    """Certificates and licenses take no ETH."""

    value: int
    text = "{value} wei were sent where none are taken; pay the work itself instead"


class UnknownWork(ContractError):
    """No work of this id is certified."""

    work_id: int
    text = "no work {work_id} is certified on this chain; check the id and the chain"


class InvalidArbiter(ContractError):
    """Powers or a lien cap that mean nothing, or stand without an arbiter."""

    arbiter: str
    powers: int
    lien_cap: int
    text = (
        "arbiter {arbiter} with powers {powers} and a lien cap of {lien_cap} basis points; "
        "name an arbiter, powers up to 3 and a cap up to 10000"
    )


class OnlyProtocol(ContractError):
    """Only the license contract and the splitter may call this."""

    caller: str
    text = "{caller} is neither the license contract nor the splitter; issue a license instead"


class UnknownAnchor(ContractError):
    """Nobody anchored this root."""

    root: bytes
    text = (
        "nobody anchored the root {root} on this chain; send it (from a file of its proofs "
        "GenIP.resume_anchor does, and `gen-ip anchor` with --resume), or check the chain"
    )


class InvalidProof(ContractError):
    """The path does not lead from the leaf to the root."""

    root: bytes
    leaf: bytes
    text = "leaf {leaf} is not in the tree {root}; use the proof that was made with this very work"


class ConsentExpired(ContractError):
    """The consent's deadline has passed."""

    deadline: int
    text = "the creator's consent ended {deadline}; ask the creator to sign again"


class InvalidSignature(ContractError):
    """The signature is not the signer's, or not over this."""

    signer: str
    struct_hash: bytes
    text = (
        "the signature is not {signer}'s over {struct_hash}; sign again with that account, on "
        "this chain"
    )


class ConsentRevoked(ContractError):
    """The signer revoked this."""

    signer: str
    struct_hash: bytes
    text = "{signer} revoked what was signed over {struct_hash}; ask for a new signature"


class DelegationNotValid(ContractError):
    """The delegation is from somebody else, or has expired."""

    creator: str
    delegate: str
    expiry: int
    text = (
        "the delegation from {creator} to {delegate} until {expiry} does not hold; ask the "
        "creator for a new one"
    )


class DelegationUsedUp(ContractError):
    """All works of the delegation are used up."""

    delegation: bytes
    works: int
    text = "all {works} works of delegation {delegation} are used up; ask the creator for a new one"


class BeyondDelegation(ContractError):
    """The delegate certified or offered what the delegation does not allow."""

    delegation: bytes
    text = (
        "{delegation} is beyond what the delegation allows; stay within it, or ask the creator "
        "to sign"
    )


class NotArbiter(ContractError):
    """Only an arbiter with this power may do this."""

    work_id: int
    caller: str
    power: int
    text = "{caller} is no arbiter of work {work_id} with power {power}; use the arbiter's account"


class NotEarlier(ContractError):
    """The work named as earlier was not claimed before the other."""

    earlier: int
    later: int
    text = (
        "work {earlier} was not claimed before {later}; name the earlier one first (claims of the "
        "same second have no order)"
    )


class NotEarlierThan(ContractError):
    """The anchor is not earlier than the claim that stands."""

    work_id: int
    time: int
    claim_time: int
    text = (
        "the anchor of {time} is not earlier than the claim of work {work_id}, {claim_time}; "
        "leave it as it is"
    )
