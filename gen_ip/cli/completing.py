"""What a shell offers for values. Each reads local files at most: a keystroke calls no node."""

from __future__ import annotations

from gen_ip.errors import GenIPError


def network_names() -> list[str]:
    """Names of networks, own ones first."""
    from gen_ip.config import load

    try:
        return list(load().all_networks())
    except GenIPError:
        # A shell has no place for an error; the command itself will tell.
        return []
