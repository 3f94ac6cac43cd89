"""A C2PA manifest in a file: what it is, what it was made from, what models may learn from it.

Standard: C2PA 2.2 (https://spec.c2pa.org), written and read by its own library (c2pa-python).
"""

from __future__ import annotations

import io
import json
from typing import Any

from gen_ip.embedding.errors import BadSigningIdentity
from gen_ip.embedding.identity import SigningIdentity
from gen_ip.embedding.saying import Saying
from gen_ip.errors import MetadataError, MissingLibrary
from gen_ip.terms import training
from gen_ip.work import WorkAddress

#: The assertion that names the certificate.
LABEL = "org.gen-ip.certificate"


def signed(data: bytes, media_type: str, saying: Saying, identity: SigningIdentity) -> bytes:
    """The file with a manifest; one it had becomes an ingredient of the new.

    Raises:
        BadSigningIdentity: the chain or key is not one that C2PA takes.
        MetadataError: the file's own manifest or container is damaged.
        MissingLibrary: c2pa-python is not installed.
    """
    c2pa = _library()
    info = c2pa.C2paSignerInfo(
        alg=b"es256", sign_cert=identity.chain, private_key=identity.key, ta_url=None
    )
    made = io.BytesIO()
    try:
        signer = c2pa.Signer.from_info(info)
    except c2pa.C2paError as error:
        raise BadSigningIdentity(type(error).__name__) from None
    with signer:
        try:
            with (
                _context(c2pa) as context,
                c2pa.Builder(json.dumps(manifest(saying, media_type)), context) as builder,
            ):
                if read(data, media_type) is not None:
                    before = {"title": "before", "relationship": "parentOf"}
                    builder.add_ingredient(before, media_type, io.BytesIO(data))
                builder.sign(signer, media_type, io.BytesIO(data), made)
        except c2pa.C2paError.Signature as error:
            raise BadSigningIdentity(str(error)) from None
        except c2pa.C2paError as error:
            raise MetadataError("c2pa", f"cannot be written ({error})") from None
    return made.getvalue()


def manifest(saying: Saying, media_type: str) -> dict[str, Any]:
    """The definition that the library builds a manifest from."""
    return {
        "claim_generator_info": [{"name": "gen-ip"}],
        "title": saying.title,
        "format": media_type,
        "ingredients": [
            {
                "title": parent.title,
                "format": parent.media_type,
                "instance_id": str(WorkAddress(saying.chain_id, parent.work)),
                "relationship": "inputTo",
            }
            for parent in saying.parents
        ],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [{"action": "c2pa.created", "digitalSourceType": saying.source.uri}]
                },
            },
            {"label": training.LABEL, "data": {"entries": dict(saying.training)}},
            {"label": LABEL, "data": saying.certificate()},
        ],
    }


def read(data: bytes, media_type: str) -> dict[str, Any] | None:
    """What the file's manifest store says, as C2PA's own reader puts it; None without one.

    `validation_state` is `Valid` where signature and hashes hold, whoever signed; `Trusted` only
    for signers on a list of trusted ones.

    Raises:
        MetadataError: there is one, and it cannot be read.
        MissingLibrary: c2pa-python is not installed.
    """
    c2pa = _library()
    try:
        with (
            _context(c2pa) as context,
            c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader,
        ):
            found: dict[str, Any] = json.loads(reader.json())
            return found
    except c2pa.C2paError.ManifestNotFound:
        return None
    except c2pa.C2paError as error:
        raise MetadataError("c2pa", f"cannot be read ({error})") from None


def _library() -> Any:
    try:
        import c2pa
    except ImportError:
        raise MissingLibrary("c2pa-python", "embed", "writing content credentials") from None
    return c2pa


def _context(c2pa: Any) -> Any:
    """Settings: nothing that a file names is fetched, be it a manifest or a revocation."""
    return c2pa.Context.from_dict({"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}})
