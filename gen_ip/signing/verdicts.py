"""What a status service signs: a verdict, on what, as of which block."""

from __future__ import annotations

from typing import NamedTuple

from gen_ip.signing.eip712 import Domain, Struct


class VerdictMessage(NamedTuple):
    """The EIP-712 message `Verdict`.

    What was asked: `content_hash` (sha2-256 of the file), `licensee` (address 0 for nobody),
    `account`, `agency`, `uses` (words, separated by commas), `first_seen` (0 where unsaid), `at`.
    What was answered: `verdict`, `reason` (a key of the catalog), `work` (0 for none), `method`,
    `license` and `permit` (0 for none), `automatic`. As of: a block, its finality (`pending`,
    `safe` or `final`), and `time`, when the service signed. `service` is what it calls itself.
    """

    content_hash: bytes
    licensee: str
    account: str
    agency: str
    uses: str
    first_seen: int
    at: int
    verdict: str
    reason: str
    work: int
    method: str
    license: int
    permit: bytes
    automatic: bool
    block_number: int
    block_hash: bytes
    finality: str
    time: int
    service: str
    signer: str


VERDICT = Struct(
    "Verdict",
    "bytes32 contentHash,address licensee,string account,string agency,string uses,"
    "uint256 firstSeen,uint256 at,string verdict,string reason,uint256 workId,string method,"
    "uint256 licenseId,bytes32 permit,bool automatic,uint256 blockNumber,bytes32 blockHash,"
    "string finality,uint256 time,string service,address signer",
    VerdictMessage,
)


def status_domain(chain_id: int, registry: str) -> Domain:
    """The EIP-712 domain of verdicts."""
    return Domain("Gen-IP Status", "1", chain_id, registry)
