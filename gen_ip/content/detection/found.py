"""What a look at a file's bytes gives."""

from __future__ import annotations

from typing import NamedTuple

from gen_ip.content.kind import Kind


class Detected(NamedTuple):
    """What a file is, by its bytes alone.

    Attributes:
        kind: of the work.
        format: of the file, such as `png`, `markdown`, `lora` or `comfyui-api`; `binary` for
            bytes of no known format.
        media_type: RFC 6838's.
        also: what else a program could take the file for, such as `zip` for a picture that an
            archive was appended to.
        refusal: why it cannot be certified as what it is, and what to do; None where it can.
    """

    kind: Kind
    format: str
    media_type: str
    also: tuple[str, ...] = ()
    refusal: str | None = None


UNKNOWN = Detected("other", "binary", "application/octet-stream")
