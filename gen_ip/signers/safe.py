"""A Safe (https://safe.global): a wallet that several people sign for.

It acts through the file that its Transaction Builder app takes: "drag and drop a JSON file"
(https://help.safe.global/en/articles/40841-transaction-builder). The format is version 1.0, one
entry a call with `to`, decimal `value` and hex `data`; the Safe makes them all, in order, in one
transaction or none. Nothing here asks a network.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eth_utils.crypto import keccak

from gen_ip import atomic_file
from gen_ip.arguments import InvalidArgument
from gen_ip.errors import FileProblem
from gen_ip.signers.address import AddressOnly

if TYPE_CHECKING:
    from gen_ip.unsigned import Plan

_VERSION = "1.0"
_BUILDER = "1.18.2"


class Safe(AddressOnly):
    """A Safe by its address.

        safe = Safe("0x…")
        plan = client.using(safe).unsigned.pay(work, 10**18, token=token)
        safe.write("batch.json", [plan])

    It cannot sign typed data here: the owners' consent is given on chain, or in its own app.
    """

    def batch(
        self, plans: Sequence[Plan], *, name: str = "Gen-IP", created_at: float | None = None
    ) -> dict[str, Any]:
        """The file's content; `created_at` in seconds since the epoch, by default now.

        Raises:
            InvalidArgument: a plan is none, or of another account or chain, or there is nothing in
                them.
        """
        if not isinstance(plans, Sequence) or not all(hasattr(p, "transactions") for p in plans):
            raise InvalidArgument("plans", plans, "a list of plans of the client's `unsigned` view")
        calls = [transaction for plan in plans for transaction in plan.transactions]
        if not calls:
            raise InvalidArgument("plans", [], "at least one transaction for the Safe to make")
        for call in calls:
            if call.sender != self.address:
                raise InvalidArgument("plans", call.sender, f"transactions of {self.address}")
            if call.chain_id != calls[0].chain_id:
                raise InvalidArgument("plans", call.chain_id, "transactions of one chain")
        meta = {
            "name": name,
            "description": "",
            "txBuilderVersion": _BUILDER,
            "createdFromSafeAddress": self.address,
            "createdFromOwnerAddress": "",
        }
        document = {
            "version": _VERSION,
            "chainId": str(calls[0].chain_id),
            "createdAt": int((time.time() if created_at is None else created_at) * 1000),
            "meta": meta,
            "transactions": [
                {
                    "to": call.to,
                    "value": str(call.value),
                    "data": f"0x{call.data.hex()}",
                    "contractMethod": None,
                    "contractInputsValues": None,
                }
                for call in calls
            ],
        }
        return {**document, "meta": {**meta, "checksum": checksum(document)}}

    def write(self, path: str | Path, plans: Sequence[Plan], *, name: str = "Gen-IP") -> Path:
        """Writes the batch of all plans, in order, to a file and returns its path. What was there
        is replaced, whole or not at all.

        Raises:
            InvalidArgument: as in `batch`.
            FileProblem: it cannot be written.
        """
        text = json.dumps(self.batch(plans, name=name), indent=2)
        target = Path(path)
        try:
            atomic_file.write_text(target, f"{text}\n")
        except OSError as error:
            problem = f"cannot be written ({error.strerror or error}); choose another place"
            raise FileProblem(target, problem) from None
        return target


def checksum(document: dict[str, Any]) -> str:
    """What the app compares to see whether a file was altered: keccak256 of the document without
    checksum and name, every object written as its sorted keys, then its values in that order."""
    meta = {key: value for key, value in document["meta"].items() if key != "checksum"}
    plain = {**document, "meta": {**meta, "name": None}}
    return f"0x{keccak(text=_canonical(plain)).hex()}"


def _canonical(value: Any) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_canonical, value))}]"
    if isinstance(value, dict):
        keys = sorted(value)
        return f"{{{_plain(keys)}{''.join(f'{_canonical(value[key])},' for key in keys)}}}"
    return _plain(value)


def _plain(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
