"""What reducers have in common: pure functions from an event and the state to the state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gen_ip.index.state import Key, Row, State


@dataclass(frozen=True)
class Where:
    """Where an event stands: the block and its time, the place of the log in it, the
    transaction."""

    block: int
    time: int
    log_index: int
    tx_hash: bytes

    @property
    def place(self) -> Key:
        """The key of what is kept of each event."""
        return self.block, self.log_index


def entry(state: State, table: str, where: Where, **values: Any) -> None:
    """Writes a row that stands for the event itself."""
    row = {"block": where.block, "log_index": where.log_index, **values}
    state.add(table, where.place, row)


def change(state: State, table: str, key: Key, **values: Any) -> None:
    """Changes some columns of a row that is there; one that is not stays away."""
    row = state.get(table, key)
    if row is not None:
        state.put(table, key, {**row, **values})


def row_or(state: State, table: str, key: Key, otherwise: Row) -> Row:
    """A row, or what stands for one that was never written."""
    row = state.get(table, key)
    return otherwise if row is None else row
