"""All that is kept of a model's file, to be stored and sent: `model-1`, JSON or binary."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.form import Rest, check_bytes, from_hex
from gen_ip.fingerprint.model.sketch import LORA, WEIGHT, Module
from gen_ip.fingerprint.model.tensors import TensorDigest

if TYPE_CHECKING:
    from numpy import float16
    from numpy.typing import NDArray

MODEL = "model-1"
#: The name of what is equal where the same tensors were saved anew.
TENSORS = "tensors-1"

_HASH_BYTES = 32
_AUTOV1_BYTES = 4
_MOST_BYTES = 2**63 - 1
_MOST_TENSORS = 200_000
_MOST_NAME_BYTES = 4_200
_KINDS = (LORA, WEIGHT)
# Magic and version, whether there is an AutoV1, the file's size; then the hashes; CRC-32.
_MAGIC = b"GIM\x01"
_HEADER = struct.Struct(">4sBQ")
_TENSOR = struct.Struct(">32sQ")
_MODULE = struct.Struct(">BIIQH")


@dataclass(frozen=True)
class ModelRecord:
    """What identifies a model's file, its tensors, and what its modules do.

    Attributes:
        sha256: of the file, 32 bytes; its first 10 hex digits are AutoV2.
        size: of the file in bytes.
        autov3: sha2-256 of everything behind the header, 32 bytes, as kohya's `sshs_model_hash`,
            computed from the file whatever its metadata claim. Civitai shows 12 hex digits of it.
        blake3: of the file, 32 bytes.
        autov1: the first 4 bytes of the sha2-256 of the 64 KiB behind the first MiB; None for a
            file without these. Many files share one: for look-up only.
        crc32: of the file; for look-up only.
        tensors: `gen_ip.fingerprint.model.tensors.TensorDigest`, ascending.
        modules: `gen_ip.fingerprint.model.sketch.Module`, ascending.
        products: of LoRA modules, of a file just read alone: compared with what is kept of works
            (`gen_ip.fingerprint.model.products`), and in neither JSON nor binary.

    Raises:
        MalformedFingerprint: a value is out of form.
    """

    sha256: bytes
    size: int
    autov3: bytes
    blake3: bytes
    autov1: bytes | None
    crc32: int
    tensors: tuple[TensorDigest, ...]
    modules: tuple[Module, ...]
    products: Mapping[Module, NDArray[float16]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        for name in ("sha256", "autov3", "blake3"):
            check_bytes(name, getattr(self, name), _HASH_BYTES)
        if self.autov1 is not None:
            check_bytes("autov1", self.autov1, _AUTOV1_BYTES)
        _check_number("size", self.size, _MOST_BYTES)
        _check_number("crc32", self.crc32, 2**32 - 1)
        for each in self.tensors:
            check_bytes(TENSORS, each.digest, _HASH_BYTES)
            _check_number("elements", each.elements, _MOST_BYTES)
        if len(self.tensors) > _MOST_TENSORS or list(self.tensors) != sorted(self.tensors):
            raise MalformedFingerprint(TENSORS, len(self.tensors), "tensors in order, not too many")
        for module in self.modules:
            _check_module(module)
        if len(self.modules) > _MOST_TENSORS or list(self.modules) != sorted(self.modules):
            raise MalformedFingerprint(MODEL, len(self.modules), "modules in order, not too many")

    @property
    def autov2(self) -> str:
        """The first 10 hex digits of the file's sha2-256, as Civitai and web UIs show."""
        return self.sha256.hex()[:10]

    @cached_property
    def content(self) -> bytes:
        """`tensors-1`, 32 bytes: the sha2-256 of all tensors' digests in ascending order. The
        same for every save of the same tensors, by whatever names and metadata."""
        return hashlib.sha256(b"".join(each.digest for each in self.tensors)).digest()

    @property
    def lora(self) -> bool:
        """Whether it changes another model by low-rank products."""
        return any(each.kind == LORA for each in self.modules)

    def to_json(self) -> dict[str, Any]:
        """Hashes as hex, by the names of their algorithms; `tensors` as pairs of digest and count
        of elements; `modules` as lists of name, kind, outputs, inputs and bits."""
        found: dict[str, Any] = {
            "format": MODEL,
            "sha256": self.sha256.hex(),
            "size": self.size,
            TENSORS: self.content.hex(),
            "autov2": self.autov2,
            "autov3": self.autov3.hex(),
            "blake3": self.blake3.hex(),
            "crc32": f"{self.crc32:08x}",
        }
        if self.autov1 is not None:
            found["autov1"] = self.autov1.hex()
        found["tensors"] = [[each.digest.hex(), each.elements] for each in self.tensors]
        found["modules"] = [
            [each.name, each.kind, each.outputs, each.inputs, f"{each.bits:016x}"]
            for each in self.modules
        ]
        return found

    def lines(self) -> dict[str, str]:
        """What people are shown."""
        found = {
            "sha256": self.sha256.hex(),
            TENSORS: self.content.hex(),
            "AutoV2": self.autov2.upper(),
            "AutoV3": self.autov3.hex()[:12].upper(),
            "BLAKE3": self.blake3.hex(),
            "CRC32": f"{self.crc32:08X}",
        }
        if self.autov1 is not None:
            found["AutoV1"] = self.autov1.hex().upper()
        found["tensors"] = f"{len(self.tensors):,}"
        found["modules"] = f"{len(self.modules):,}"
        return found

    @classmethod
    def from_json(cls, value: Any) -> ModelRecord:
        """What `to_json` made, parsed from JSON by the caller.

        Raises:
            MalformedFingerprint: a member is missing, unknown, or out of form.
        """
        needed = {"format", "sha256", "size", TENSORS, "autov2", "autov3", "blake3", "crc32"}
        needed |= {"tensors", "modules"}
        if not isinstance(value, dict) or not needed <= value.keys() <= needed | {"autov1"}:
            raise MalformedFingerprint(MODEL, value, f"an object of {', '.join(sorted(needed))}")
        if value["format"] != MODEL:
            raise MalformedFingerprint("model", value["format"], f"the format {MODEL}")
        autov1 = value.get("autov1")
        found = cls(
            sha256=from_hex("sha256", value["sha256"], _HASH_BYTES),
            size=value["size"],
            autov3=from_hex("autov3", value["autov3"], _HASH_BYTES),
            blake3=from_hex("blake3", value["blake3"], _HASH_BYTES),
            autov1=None if autov1 is None else from_hex("autov1", autov1, _AUTOV1_BYTES),
            crc32=int.from_bytes(from_hex("crc32", value["crc32"], 4)),
            tensors=tuple(_tensor(each) for each in _listed("tensors", value["tensors"])),
            modules=tuple(_module(each) for each in _listed("modules", value["modules"])),
        )
        if (value[TENSORS], value["autov2"]) != (found.content.hex(), found.autov2):
            raise MalformedFingerprint(MODEL, value[TENSORS], "what follows from the other members")
        return found

    def to_bytes(self) -> bytes:
        """`GIM` and the version 1; 1 if AutoV1 follows, else 0; size; sha256, AutoV3, BLAKE3,
        CRC-32, AutoV1; how many tensors, each digest and count of elements; how many modules, each
        kind (0 LoRA, 1 weight), outputs, inputs, bits, the name's length, name. Big endian."""
        has = self.autov1 is not None
        parts = [_HEADER.pack(_MAGIC, has, self.size), self.sha256, self.autov3, self.blake3]
        parts += [self.crc32.to_bytes(4), self.autov1 or b"", len(self.tensors).to_bytes(4)]
        parts += [_TENSOR.pack(*each) for each in self.tensors]
        parts.append(len(self.modules).to_bytes(4))
        for each in self.modules:
            name = each.name.encode()
            kind = _KINDS.index(each.kind)
            parts += [
                _MODULE.pack(kind, each.outputs, each.inputs, each.bits, len(name)),
                name,
            ]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> ModelRecord:
        """What `to_bytes` made.

        Raises:
            MalformedFingerprint: another version, cut off or too long, or a part out of form.
        """
        rest = Rest(MODEL, data)
        magic, has, size = _HEADER.unpack(rest.take(_HEADER.size))
        if magic != _MAGIC or has > 1:
            raise MalformedFingerprint(MODEL, data[: _HEADER.size], f"{_MAGIC!r} at the start")
        sha256, autov3, blake3 = (rest.take(_HASH_BYTES) for _ in range(3))
        crc32 = rest.number(4)
        autov1 = rest.take(_AUTOV1_BYTES) if has else None
        tensors = tuple(
            TensorDigest(*_TENSOR.unpack(rest.take(_TENSOR.size))) for _ in range(rest.number(4))
        )
        modules = tuple(_taken(rest) for _ in range(rest.number(4)))
        rest.end()
        return cls(sha256, size, autov3, blake3, autov1, crc32, tensors, modules)


def _taken(rest: Rest) -> Module:
    kind, outputs, inputs, bits, length = _MODULE.unpack(rest.take(_MODULE.size))
    name = rest.take(length)
    try:
        text = name.decode()
    except UnicodeDecodeError:
        raise MalformedFingerprint("module", name, "a name in UTF-8") from None
    if kind >= len(_KINDS):
        raise MalformedFingerprint("module", kind, "0 or 1 for its kind")
    return Module(text, _KINDS[kind], outputs, inputs, bits)


def _tensor(value: Any) -> TensorDigest:
    if not isinstance(value, list) or len(value) != 2:
        raise MalformedFingerprint("tensor", value, "a digest and a count")
    return TensorDigest(from_hex("tensor", value[0], _HASH_BYTES), value[1])


def _module(value: Any) -> Module:
    if not isinstance(value, list) or len(value) != 5:
        raise MalformedFingerprint("module", value, "name, kind, outputs, inputs and bits")
    name, kind, outputs, inputs, bits = value
    return Module(name, kind, outputs, inputs, int.from_bytes(from_hex("module", bits, 8)))


def _listed(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > _MOST_TENSORS:
        raise MalformedFingerprint(name, value, f"a list of at most {_MOST_TENSORS:,}")
    return value


def _check_module(module: Module) -> None:
    try:
        named = isinstance(module.name, str) and len(module.name.encode()) <= _MOST_NAME_BYTES
    except UnicodeEncodeError:
        named = False
    if not named or module.kind not in _KINDS:
        raise MalformedFingerprint("module", module.name, f"a name, and one of {_KINDS}")
    _check_number("outputs", module.outputs, 2**32 - 1)
    _check_number("inputs", module.inputs, 2**32 - 1)
    _check_number("bits", module.bits, 2**64 - 1)


def _check_number(name: str, value: object, most: int) -> None:
    if type(value) is not int or not 0 <= value <= most:
        raise MalformedFingerprint(name, value, f"a whole number, 0 to {most:,}")
