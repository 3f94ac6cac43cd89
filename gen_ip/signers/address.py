"""An account whose key is elsewhere: in a browser wallet, for example."""

from __future__ import annotations

from typing import Any, NoReturn

from gen_ip import arguments
from gen_ip.signers.protocol import CannotSign


class AddressOnly:
    """An address to act for without its key: `client.using(AddressOnly(a)).unsigned` builds what
    its owner signs elsewhere.

    Raises:
        InvalidArgument: `address` is none.
    """

    def __init__(self, address: str) -> None:
        self.address = arguments.address("address", address)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address!r})"

    def sign_transaction(self, transaction_dict: Any, /) -> NoReturn:
        """Raises `CannotSign`."""
        raise CannotSign(
            self.address,
            "build the transaction with the client's `unsigned` view and sign it there",
        )

    def sign_typed_data(self, *, full_message: Any) -> NoReturn:
        """Raises `CannotSign`."""
        raise CannotSign(
            self.address,
            "hand what gen_ip.signing.typed_data makes to its wallet, or send a transaction",
        )
