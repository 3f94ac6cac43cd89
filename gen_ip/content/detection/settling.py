"""Which kind a work has: what its bytes say, unless its creator says another that fits them."""

from __future__ import annotations

from typing import get_args

from gen_ip.arguments import InvalidArgument
from gen_ip.content.detection.found import Detected
from gen_ip.content.kind import Kind
from gen_ip.errors import RefusedFile, WrongKind

KINDS: tuple[Kind, ...] = get_args(Kind)
# Kinds that a format fits besides the one that it is of; mere bytes anything may be certified as.
_FITTING: dict[str, tuple[Kind, ...]] = {
    "plain": ("prompt",),
    "markdown": ("prompt",),
    "json": ("prompt", "workflow"),
    "a1111": ("workflow", "text"),
    "prompt-json": ("text",),
    "comfyui-api": ("text",),
    "comfyui-ui": ("text",),
    "binary": ("model", "audio", "video"),
    "mp4": ("audio", "video"),
    "matroska": ("audio",),
    "ogg": ("video",),
}


def settled(path: object, found: Detected, stated: str | None = None) -> Kind:
    """The kind of the work: `stated` where it is said, else what was found.

    Raises:
        WrongKind: what is stated contradicts the bytes.
        RefusedFile: the format is not certified but as mere bytes, kind "other".
        InvalidArgument: `stated` is no kind at all.
    """
    kind = named(stated)
    if kind == "other":
        return kind
    if found.refusal is not None:
        raise RefusedFile(path, found.refusal)
    if kind is None:
        return found.kind
    fitting = tuple(dict.fromkeys((found.kind, *_FITTING.get(found.format, ()), "other")))
    if kind not in fitting:
        raise WrongKind(path, kind, in_words(found), fitting)
    return kind


def named(stated: object) -> Kind | None:
    """The kind of this name; None for None.

    Raises:
        InvalidArgument: there is no such kind.
    """
    kind = next((each for each in KINDS if each == stated), None)
    if stated is not None and kind is None:
        raise InvalidArgument("kind", stated, f"one of {', '.join(KINDS)}")
    return kind


def in_words(found: Detected) -> str:
    """Format and kind, for messages."""
    if found.format == "binary":
        return "of no known format"
    return f"those of {found.format} (kind {found.kind})"
