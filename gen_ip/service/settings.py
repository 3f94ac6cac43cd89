"""What an operator decides, and the caps that hold strangers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """How the service runs.

    Attributes:
        index: the folder of the match index.
        store: the service's own folder: API keys, the hide list, what was handed in.
        records: the same in PostgreSQL, by its URL, where several processes answer.
        open_inbox: whether signed offers, permits and profiles are taken without an API key.
        webhooks: whether what waits for accounts is sent to URLs that holders of keys name.
        certify: whether people may certify files on the site, whose store then keeps them.
        staged_bytes: of all files that wait for their certificates.
        upload_bytes: of one file.
        upload_seconds: within which a whole upload must arrive.
        uploads: at a time; one more is refused with 503.
        matchers: files looked at at a time, in threads; as many processes decode.
        waiting: files that may wait for a matcher; one more is refused with 503.
        decode_seconds: of one file of any kind, and one for every 4 MiB of a model.
        decode_pixels: of one picture.
        rate, match_rate: of one client, in the notation of the library `limits`.
        evidence_bytes, evidence_seconds: what is kept of evidence for those who ask for links.
    """

    index: Path
    store: Path
    records: str | None = None
    open_inbox: bool = False
    webhooks: bool = False
    certify: bool = False
    staged_bytes: int = 4 * 2**30
    upload_bytes: int = 50 * 2**20
    upload_seconds: float = 60.0
    uploads: int = 16
    matchers: int = 2
    waiting: int = 16
    decode_seconds: int = 20
    decode_pixels: int = 100_000_000
    rate: str = "600/minute"
    match_rate: str = "60/minute"
    evidence_bytes: int = 64 * 2**20
    evidence_seconds: float = 600.0
