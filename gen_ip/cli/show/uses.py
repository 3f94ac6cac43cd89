"""Permits, revocations, profiles and signed verdicts in plain words."""

from __future__ import annotations

from typing import Any, TypeAlias

from gen_ip.cli.show.text import moment, plain, till
from gen_ip.signing.statements import NOBODY
from gen_ip.status.permits import PermitRevocation, SignedPermit
from gen_ip.status.profiles import SignedProfile
from gen_ip.status.signed import SignedStatement
from gen_ip.status.statements import SignedVerdict

Facts: TypeAlias = list[tuple[str, str]]


def facts_of_use(found: SignedStatement[Any]) -> Facts:
    """What one of them says, as labels and values."""
    if isinstance(found, SignedPermit):
        facts = _of_permit(found)
    elif isinstance(found, PermitRevocation):
        facts = [("takes back", f"0x{found.message.permit.hex()}"), ("signer", found.signer)]
    elif isinstance(found, SignedProfile):
        facts = _of_profile(found)
    elif isinstance(found, SignedVerdict):
        facts = _of_verdict(found)
    else:
        raise AssertionError(f"{type(found).__name__} has no words")
    return [*facts, ("chain", str(found.chain_id)), ("contract", found.contract)]


def _of_permit(found: SignedPermit) -> Facts:
    message = found.message
    facts = [
        ("licensee", message.licensee),
        ("license", str(message.license) if message.license else "none: the owner's own"),
        ("work", till(message.work)),
        ("account", plain(message.account)),
    ]
    if message.agency:
        facts.append(("agency", plain(message.agency)))
    return [
        *facts,
        ("may", ", ".join(found.use.names).lower().replace("_", " ") or "show it"),
        ("from", moment(message.valid_from)),
        ("until", moment(message.expiry)),
        ("permit", f"0x{found.hash.hex()}"),
    ]


def _of_profile(found: SignedProfile) -> Facts:
    message = found.message
    facts = [("account", message.account), ("name", plain(message.name))]
    if message.domain:
        facts.append(("domain", f"{plain(message.domain)}, as the account says"))
    facts += [(plain(link.name, 30), plain(link.url, 500)) for link in message.links]
    return [*facts, ("signed", moment(message.time))]


def _of_verdict(found: SignedVerdict) -> Facts:
    message = found.message
    facts = [
        ("verdict", message.verdict),
        ("automatic", "yes" if message.automatic else "no: a person decides"),
        ("sha-256", message.content_hash.hex()),
        ("known by", message.method),
    ]
    if message.work:
        facts.append(("work", till(message.work)))
    if message.license:
        facts.append(("license", str(message.license)))
    if any(message.permit):
        facts.append(("permit", f"0x{message.permit.hex()}"))
    if message.licensee != NOBODY:
        facts.append(("licensee", message.licensee))
    if message.account:
        facts.append(("account", plain(message.account)))
    if message.agency:
        facts.append(("agency", plain(message.agency)))
    facts += [("uses", message.uses), ("asked for", moment(message.at))]
    if message.first_seen:
        facts.append(("first seen", moment(message.first_seen)))
    block = f"{message.block_number:,}, {message.finality}: 0x{message.block_hash.hex()}"
    return [
        *facts,
        ("as of block", block),
        ("signed", moment(message.time)),
        ("service", f"{plain(message.service)}, as it says"),
        ("its key", message.signer),
        ("statement", f"0x{found.hash.hex()}"),
    ]
