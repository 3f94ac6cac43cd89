"""What goes wrong with the index of the chain."""

# ruff: noqa: N818

from __future__ import annotations

from gen_ip.errors import GenIPError, shown


class ChainIndexProblem(GenIPError):
    """Root of what can go wrong with the index of the chain."""


class ChainIndexUnavailable(ChainIndexProblem):
    """The database cannot be read or written; `where` says which, without its password."""

    def __init__(self, where: str, reason: str) -> None:
        self.where, self.reason = where, reason
        super().__init__(
            f"the chain index {shown(where)} cannot be used ({reason}); check that the database "
            "is there and lets you in"
        )


class NoChainIndex(ChainIndexProblem):
    """There is none yet."""

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(
            f"there is no chain index at {shown(where)}; make it with `gen-ip chain-index run`"
        )


class OtherSchema(ChainIndexProblem):
    """The database was made by another version."""

    def __init__(self, where: str, found: str) -> None:
        self.where, self.found = where, found
        super().__init__(
            f"the chain index {shown(where)} is of another version ({shown(found)}); run "
            "`gen-ip chain-index run` of this version once, which brings it up to date, or use "
            "the gen-ip that made it"
        )


class OtherChain(ChainIndexProblem):
    """The index is of another chain, or of another deployment of the contracts."""

    def __init__(self, where: str, found: str, expected: str) -> None:
        self.where, self.found, self.expected = where, found, expected
        super().__init__(
            f"the chain index {shown(where)} is of {found}, the node has {expected}; give another "
            "--database, or name the right --network"
        )


class LeaseHeld(ChainIndexProblem):
    """Another process writes the index."""

    def __init__(self, where: str, holder: str, seconds: int) -> None:
        self.where, self.holder, self.seconds = where, holder, seconds
        super().__init__(
            f"the chain index {shown(where)} is being written by {shown(holder)}; stop it, or wait "
            f"{seconds} seconds if it is gone"
        )


class ReorganizedBelowFinal(ChainIndexProblem):
    """The node's chain differs from the index below what was final: nothing is taken back."""

    def __init__(self, block: int) -> None:
        self.block = block
        super().__init__(
            f"the node has another block {block}, which the index holds final; ask a node you "
            "trust, and if the chain really changed, make the index anew in another --database"
        )


class IncompleteAnswer(ChainIndexProblem):
    """The node leaves logs out, or its answers contradict each other; asked again it may not."""

    def __init__(self, block: int, reason: str) -> None:
        self.block, self.reason = block, reason
        super().__init__(
            f"the node's answers about block {block} do not fit together ({reason}); they are "
            "asked for again, from another node if one is named with --rpc"
        )


class Diverged(ChainIndexProblem):
    """What is in the index does not follow from its logs; `table` and `key` name the first row."""

    def __init__(self, table: str, key: str, rows: int) -> None:
        self.table, self.key, self.rows = table, key, rows
        super().__init__(
            f"{rows:,} rows of the index do not follow from its logs, the first in {table} at "
            f"{key}; run `gen-ip chain-index rebuild`"
        )
