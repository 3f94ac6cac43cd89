"""Rights as an ODRL 2.2 policy in JSON-LD.

Actions and operands are those of https://www.w3.org/TR/odrl-vocab/ alone, without a profile: what
has no action there (training, generating, goods, adult or editorial contexts) is `use` or
`reproduce` for a `purpose`. IRIs are fragments of the document that holds the policy.

Standard: https://www.w3.org/TR/odrl-model/
"""

from __future__ import annotations

from typing import Any

from gen_ip.terms.rights import PERMISSIONS, Rights

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"

_SHOWING = ("reproduce", "distribute", "display", "present", "play")
# What a right that is not granted forbids: an action, or one for a purpose.
_RULES: dict[Rights, tuple[str, str | None]] = {
    Rights.COMMERCIAL: ("cc:CommercialUse", None),
    Rights.DERIVE: ("derive", None),
    Rights.TRAIN: ("use", "ai-train"),
    Rights.GENERATE: ("use", "ai-input"),
    Rights.SELL_ORIGINAL: ("sell", None),
    Rights.MERCH: ("reproduce", "merchandise"),
    Rights.NSFW: ("use", "adult"),
    Rights.SUBLICENSE: ("grantUse", None),
}


def policy(grant: Rights, pass_: Rights) -> dict[str, Any]:
    """The policy of an offer under these rights.

    Shares, time and units are the chain's: the duty to compensate refers to what is recorded there.
    A permission to derive carries the rights that a derivative may grant on as `nextPolicy`.
    """
    machine_only = not grant & PERMISSIONS & ~(Rights.TRAIN | Rights.GENERATE)
    permissions: list[dict[str, Any]] = []
    if not machine_only:
        purpose = "editorial" if Rights.EDITORIAL in grant else None
        permissions += [_rule(action, purpose) for action in (*_SHOWING, "transform")]
    prohibitions = []
    for right in PERMISSIONS:
        action, purpose = _RULES[right]
        rule = _rule(action, purpose)
        if right is Rights.DERIVE and right in grant:
            rule["duty"] = _derivative_duties(grant, pass_)
        if right in grant:
            permissions.append(rule)
        elif not (right is Rights.GENERATE and Rights.DERIVE in grant):
            prohibitions.append(rule)
    license_rule = {"target": "#license", "action": "transfer"}
    (permissions if Rights.TRANSFERABLE in grant else prohibitions).append(license_rule)
    found: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Offer",
        "uid": "#policy",
        "conflict": "prohibit",
        "assigner": "#licensor",
        "permission": permissions,
    }
    if prohibitions:
        found["prohibition"] = prohibitions
    if obligations := _obligations(grant):
        found["obligation"] = obligations
    return found


def based_on(document: str, found: dict[str, Any]) -> dict[str, Any]:
    """The policy with its fragments made absolute: they are of `document`, an IRI."""
    return {**found, "@context": [CONTEXT, {"@base": document}]}


def _rule(action: str, purpose: str | None) -> dict[str, Any]:
    rule: dict[str, Any] = {"target": "#work", "action": action}
    if purpose is not None:
        rule["constraint"] = [_purpose(purpose)]
    return rule


def _purpose(purpose: str) -> dict[str, str]:
    return {"leftOperand": "purpose", "operator": "eq", "rightOperand": purpose}


def _derivative_duties(grant: Rights, pass_: Rights) -> list[dict[str, Any]]:
    duties: list[dict[str, Any]] = [{"action": "compensate", "compensatedParty": "#licensor"}]
    if Rights.SHARE_ALIKE in grant:
        duties.append({"action": "cc:ShareAlike"})
        return duties
    passed = [
        {"action": action, **({"constraint": [_purpose(purpose)]} if purpose else {})}
        for right, (action, purpose) in _RULES.items()
        if right in pass_
    ]
    following: dict[str, Any] = {"@type": "Set", "uid": "#policy-of-derivatives"}
    if passed:
        following["permission"] = [{"target": "#derivative", **rule} for rule in passed]
    else:
        following["prohibition"] = [{"target": "#derivative", "action": "grantUse"}]
    duties.append({"action": "nextPolicy", "target": following})
    return duties


def _obligations(grant: Rights) -> list[dict[str, Any]]:
    obligations = []
    if Rights.ATTRIBUTION in grant:
        obligations.append({"action": "attribute", "target": "#work"})
    if Rights.EXCLUSIVE in grant:
        obligations.append(
            {"action": "ensureExclusivity", "target": "#work", "assignee": "#licensor"}
        )
    return obligations
