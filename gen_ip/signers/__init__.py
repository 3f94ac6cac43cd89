"""Who signs: any object with an address that signs transactions and typed data.

| what holds the key | how to name it |
| --- | --- |
| eth-account | its `LocalAccount`, as it is |
| an encrypted keystore file | `keystore(path, password)` |
| an ape account | `ApeSigner(account)` |
| hardware, a KMS, another process | `FunctionSigner(address, function)` |
| a browser wallet | `AddressOnly(address)`, with the client's `unsigned` view |
| a Safe | `Safe(address)`, with the client's `unsigned` view; writes a batch file |
"""

from gen_ip.signers.address import AddressOnly
from gen_ip.signers.ape import ApeSigner
from gen_ip.signers.function import FunctionSigner
from gen_ip.signers.keystore import keystore
from gen_ip.signers.protocol import (
    CannotSign,
    Signer,
    SignerError,
    SigningRefused,
    WrongSignature,
    sign_transaction,
    sign_typed_data,
)
from gen_ip.signers.safe import Safe

__all__ = [
    "AddressOnly",
    "ApeSigner",
    "CannotSign",
    "FunctionSigner",
    "Safe",
    "Signer",
    "SignerError",
    "SigningRefused",
    "WrongSignature",
    "keystore",
    "sign_transaction",
    "sign_typed_data",
]
