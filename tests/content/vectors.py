"""The files behind `unixfs_vectors.json`, and the program that writes it with a real Kubo.

python -m tests.content.vectors PATH_OF_IPFS > tests/content/unixfs_vectors.json
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from gen_ip.content.unixfs import CHUNK_BYTES, LINKS_PER_NODE

FULL_NODE = CHUNK_BYTES * LINKS_PER_NODE
SIZES = (
    *(0, 1, 1000),
    *(CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES),
    *(FULL_NODE - 1, FULL_NODE, FULL_NODE + 1, FULL_NODE + CHUNK_BYTES + 1),
    2 * FULL_NODE + 1,
)
ADD = ("add", "--quieter", "--cid-version=1", "--raw-leaves", "--chunker=size-262144")
ADD_MORE = ("--hash=sha2-256", "--max-file-links=174", "--trickle=false")


def content(size: int) -> bytes:
    """`size` bytes that are the same everywhere: SHAKE-128 of the decimal size."""
    return hashlib.shake_128(str(size).encode()).digest(size)


def main(binary: str) -> None:
    from tests.support.kubo import running_kubo

    with (
        tempfile.TemporaryDirectory() as folder,
        running_kubo(Path(binary), Path(folder)) as kubo,
    ):
        cids = {str(size): kubo.ipfs(*ADD, *ADD_MORE, "-", stdin=content(size)) for size in SIZES}
        about = f"{kubo.ipfs('version')}: ipfs {' '.join(ADD + ADD_MORE)}"
    print(json.dumps({"made_by": about, "content": content.__doc__, "cids": cids}, indent=2))


if __name__ == "__main__":
    main(sys.argv[1])
