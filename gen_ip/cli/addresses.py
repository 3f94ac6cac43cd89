"""Works as codes and copies name them, `gen-ip:CHAIN:WORK`: a command speaks to one chain, and
refuses works of another."""

from __future__ import annotations

import re
from contextvars import ContextVar

from gen_ip.arguments import InvalidArgument, work_id
from gen_ip.cli.values import BadValue
from gen_ip.errors import GenIPError, shown
from gen_ip.work import WorkAddress

_NAMED: ContextVar[WorkAddress | None] = ContextVar("named", default=None)
_SPOKEN: ContextVar[int | None] = ContextVar("spoken", default=None)
_FORMS = re.compile(r"0x[0-9a-fA-F]{40}|[0-9]{1,78}|gen-ip:[0-9]+:[0-9]+")


class WorkElsewhere(GenIPError):  # noqa: N818 - named like the package's other errors
    """A work was named by its address, which is on another chain than the command speaks to."""

    def __init__(self, address: str, chain_id: int) -> None:
        self.address, self.chain_id = address, chain_id
        super().__init__(
            f"work {shown(address)} is on another chain than {chain_id}, which this command speaks "
            "to; name a node of its chain with --network or --rpc"
        )


def begin() -> None:
    """A command begins: nothing is named yet, no node is known."""
    _NAMED.set(None)
    _SPOKEN.set(None)


def speaks_to_chain(chain_id: int) -> None:
    """The command's node is of this chain.

    Raises:
        WorkElsewhere: a work was named on another one.
    """
    _SPOKEN.set(chain_id)
    _check(_NAMED.get())


def is_work(text: str) -> bool:
    """Whether a text is a work's name, where it may be a file's: a stranger's file may be called
    like a work."""
    return _FORMS.fullmatch(text) is not None


def work_of(text: str) -> int:
    """A work's id from its decimal form, its till's address, or its address `gen-ip:CHAIN:WORK`.

    Raises:
        BadValue: none of these.
        WorkElsewhere: the address is on another chain than the command's node, or than another
            work that it names.
    """
    try:
        address = WorkAddress.parse(text)
        if address is None:
            return work_id("work", text)
    except InvalidArgument as error:
        hint = "give its number, or its till's address, or gen-ip:CHAIN:NUMBER"
        if "typo" in error.expected:
            hint = "this is no address, its checksum does not fit: a digit is wrong"
        raise BadValue("work", text, hint) from None
    before = _NAMED.get()
    if before is not None and before.chain_id != address.chain_id:
        raise WorkElsewhere(str(address), before.chain_id)
    _NAMED.set(address)
    _check(address)
    return address.work


def _check(address: WorkAddress | None) -> None:
    spoken = _SPOKEN.get()
    if address is not None and spoken is not None and address.chain_id != spoken:
        raise WorkElsewhere(str(address), spoken)
