"""Python's pickles, which run code when they are loaded: told from their first instructions."""

from __future__ import annotations

import pickletools
import struct

from gen_ip.content.detection.found import Detected

_REFUSAL = (
    "is a pickled model or other Python object (.ckpt, .pt, .pth, .bin, .pkl), and loading a "
    "pickle runs whatever code is in it, so it is never opened here; convert it to .safetensors "
    "and certify that, or certify the mere bytes with --kind other"
)
PICKLED = Detected("model", "pickle", "application/octet-stream", refusal=_REFUSAL)
# What torch.save wrote before 2020 begins with: a pickled number.
_OLD_TORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_INSTRUCTIONS = 40


def by_pickle(head: bytes, tail: bytes) -> Detected | None:
    """`PICKLED` where the bytes are a pickle of protocol 2 or later; None elsewhere."""
    if head.startswith(_OLD_TORCH):
        return PICKLED
    if len(head) < 4 or head[0] != 0x80 or not 2 <= head[1] <= 5 or not tail.endswith(b"."):
        return None
    done = 0
    try:
        # Names instructions, runs none.
        for _ in pickletools.genops(head):
            done += 1
            if done == _INSTRUCTIONS:
                break
    except (ValueError, IndexError, struct.error, OverflowError):
        # The head may end in the middle of one: a long text, say.
        return PICKLED if done >= 4 else None
    return PICKLED
