"""In a .safetensors file: texts under `__metadata__`, which no tensor's bytes depend on."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gen_ip import nesting
from gen_ip.content.safetensors import BadSafetensors, header_bytes, parse_header
from gen_ip.embedding.containers import Malformed
from gen_ip.embedding.saying import CLAIMED, Saying, flat
from gen_ip.work import WorkAddress

_WORK, _CERTIFICATE = "gen_ip.work", "gen_ip.certificate"
# As the Stability AI Model Metadata Standard and most uploads name it; what others wrote stays.
_LICENSES = ("license", "modelspec.license")
_METADATA = "__metadata__"
_LENGTH_BYTES = _ALIGNMENT = 8
_DEPTH, _MOST = 4, 65_536


def write(data: bytes, saying: Saying) -> bytes:
    """The file with `gen_ip.work`, `gen_ip.certificate`, and license texts where it has none.

    Raises:
        Malformed: the header is not sound.
    """
    header, rest = _split(data)
    found = {"__metadata__": {}, **json.loads(header)}
    said = found[_METADATA]
    said[_WORK] = str(WorkAddress(saying.chain_id, saying.work))
    said[_CERTIFICATE] = json.dumps(saying.certificate(), sort_keys=True)
    for name in _LICENSES:
        if said.get(name, CLAIMED).startswith(CLAIMED):
            said[name] = saying.usage
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    # Readers map the tensors into memory.
    text += b" " * (-len(text) % _ALIGNMENT)
    return len(text).to_bytes(_LENGTH_BYTES, "little") + text + rest


def read(data: bytes) -> Mapping[str, str] | None:
    """What is said there.

    Raises:
        Malformed: the header is not sound.
    """
    whole = data[: len(data) - len(_split(data)[1])]
    text = parse_header(whole, len(data)).metadata.get(_CERTIFICATE)
    if text is None or len(text) > _MOST:
        return None
    try:
        return flat(nesting.parse(text, _DEPTH))
    except ValueError:
        return None


def _split(data: bytes) -> tuple[bytes, bytes]:
    """The checked header, and the tensors' bytes."""
    import io

    try:
        whole = header_bytes(io.BytesIO(data), len(data))
        parse_header(whole, len(data))
    except BadSafetensors as error:
        raise Malformed(error.reason) from None
    return whole[_LENGTH_BYTES:], data[len(whole) :]
