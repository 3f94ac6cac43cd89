"""Errors of RoyaltySplitter and of the tills. Amounts in the token's smallest unit."""

# ruff: noqa: N818

from __future__ import annotations

from gen_ip.chain.reverts.base import ContractError


class Reentered(ContractError):
    """Something that moves money was called while money was being moved."""

    text = "a receiver or token called back while money moved; use another token or receiver"


class ParentsNotAscending(ContractError):
    """Parents must be listed in strictly ascending order of their ids."""

    before: int
    parent: int
    text = "parent {parent} follows {before}; name every parent once, in ascending order"


class TooManyParents(ContractError):
    """More parents than a work may have."""

    count: int
    cap: int
    text = "{count} parents are more than a work may have; name at most {cap}"


class TooManyPayees(ContractError):
    """More payees than a work may have."""

    count: int
    cap: int
    text = "{count} payees are more than a work may have; name at most {cap}"


class InvalidPayee(ContractError):
    """A payee needs an address and a share."""

    payee: str
    share: int
    text = "payee {payee} with {share} basis points; name an address other than 0 and a share"


class PayeesShareTooMuch(ContractError):
    """The payees' shares are above 10,000 basis points together."""

    total: int
    text = "the payees' shares are {total} basis points together; stay within 10000"


class OwesTooMuch(ContractError):
    """A work would owe more than it earns: sums of its shares, in basis points."""

    rel: int
    vol: int
    text = (
        "the work would owe {rel} basis points of income and {vol} of volume, together above "
        "10000; use licenses with lower shares, or fewer parents"
    )


class WrongValue(ContractError):
    """The ETH sent is not the price or the amount named."""

    sent: int
    expected: int
    text = "{sent} wei were sent, {expected} are expected; send exactly that"


class UnexpectedEther(ContractError):
    """ETH can come only from a payment or from a till."""

    sender: str
    amount: int
    text = "{amount} wei from {sender} belong to no work; pay a work instead"


class NothingReceived(ContractError):
    """Nothing arrived."""

    token: str
    text = "nothing arrived in token {token}; check its address and name an amount above 0"


class AmountTooLarge(ContractError):
    """More arrived at once than the ledger takes."""

    amount: int
    cap: int
    text = "{amount} is more than the ledger takes at once; pay at most {cap}"


class FeesExceedPayment(ContractError):
    """The fees of a payment are more than what arrived."""

    fees: int
    received: int
    text = "fees of {fees} exceed the {received} that arrived; lower the fees"


class NothingToWithdraw(ContractError):
    """The caller has no balance in this token."""

    account: str
    token: str
    text = (
        "account {account} has nothing to withdraw in token {token}; a work's income is "
        "collected by its owner"
    )


class TransferFailed(ContractError):
    """The receiver refused the ETH."""

    to: str
    amount: int
    text = "{to} refused {amount} wei; name a receiver that takes ETH"


class OnlySelf(ContractError):
    """Only the splitter itself may call this."""

    caller: str
    text = "{caller} is not the splitter itself; release or withdraw instead"


class NotOwner(ContractError):
    """Only the certificate's owner may do this. `caller` is the maker where an offer is meant."""

    work_id: int
    caller: str
    owner: str
    text = "work {work_id} belongs to {owner}, not to {caller}; use the owner's account"


class AtHome(ContractError):
    """A work at home on this chain is swept, not rescued."""

    home_chain_id: int
    text = "the work is at home on this chain, {home_chain_id}; sweep its till instead"


class InvalidReceiver(ContractError):
    """Money cannot be sent to this address."""

    to: str
    text = "money cannot be sent to {to}; name another receiver"


class CreditOverflow(ContractError):
    """A work's undrawn income would outgrow its slot."""

    credit: int
    added: int
    text = "the work's credit {credit} cannot take {added} more; draw it first"


class PendingOverflow(ContractError):
    """A work's unsettled income would outgrow its slot."""

    pending: int
    added: int
    text = "the work's pending {pending} cannot take {added} more; settle it first"


class NotSplitter(ContractError):
    """Only the splitter that created the till may move what it holds."""

    caller: str
    text = "{caller} is not the splitter; sweep the till through the splitter"


class LienNotAllowed(ContractError):
    """Only the arbiter may add a lien payee: once, and at most `cap` basis points."""

    work_id: int
    caller: str
    share: int
    cap: int
    text = (
        "{caller} may not give {share} basis points of work {work_id} to a lien payee; the "
        "arbiter may, once, up to {cap}"
    )
