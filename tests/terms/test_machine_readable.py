"""ODRL, RSL, C2PA entries and Civitai flags: in the standards' words, and true to the rights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip.terms import READY, Rights, civitai, odrl, ready_bundle, rsl, training
from gen_ip.terms.rights import PERMISSIONS
from tests.support.require import ROOT

VOCABULARY = json.loads((ROOT / "tests/terms/odrl_vocabulary.json").read_text("utf-8"))
RSL = f"{{{rsl.NAMESPACE}}}"
# RSL 1.0: elements, types and values of https://rslstandard.org/rsl that a license may have.
RSL_CHILDREN = {"permits", "prohibits", "payment", "legal"}
RSL_VALUES = {
    "usage": {"all", "ai-all", "ai-train", "ai-input", "ai-index", "search"},
    "user": {"commercial", "non-commercial", "education", "government", "personal"},
    "warranty": {"ownership", "authority", "no-infringement", "privacy-consent", "no-malware"},
    "disclaimer": {"as-is", "no-warranty", "no-liability", "no-indemnity"},
}
ANY_RIGHTS = st.integers(0, 0x7FFF).map(Rights)


def tree(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own output


def rules(policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in ("permission", "prohibition", "obligation"):
        for rule in policy.get(key, []):
            yield rule
            for duty in rule.get("duty", []):
                yield duty
                if isinstance(duty.get("target"), dict):
                    yield from rules(duty["target"])


@given(grant=ANY_RIGHTS, passed=ANY_RIGHTS)
@settings(max_examples=300, deadline=None)
def test_odrl_uses_the_vocabulary_only(grant: Rights, passed: Rights) -> None:
    policy = odrl.policy(grant, passed & grant & PERMISSIONS)
    assert policy["@context"] == "http://www.w3.org/ns/odrl.jsonld"
    assert policy["@type"] == "Offer"
    # An offer has a uid, an assigner, and at least one rule with a target and an action.
    assert policy["uid"] == "#policy"
    assert policy["assigner"]
    found = list(rules(policy))
    assert found
    for rule in found:
        assert rule["action"] in VOCABULARY["actions"]
        for constraint in rule.get("constraint", []):
            assert constraint["leftOperand"] in VOCABULARY["left_operands"]
            assert constraint["operator"] in VOCABULARY["operators"]
            assert constraint["rightOperand"]
    for key in ("permission", "prohibition"):
        assert all(rule["target"] for rule in policy.get(key, []))


@given(grant=ANY_RIGHTS)
@settings(max_examples=300, deadline=None)
def test_odrl_permits_and_prohibits_by_the_rights(grant: Rights) -> None:
    policy = odrl.policy(grant, Rights(0))

    def has(kind: str, action: str, purpose: str | None = None) -> bool:
        wanted = purpose and [{"leftOperand": "purpose", "operator": "eq", "rightOperand": purpose}]
        return any(
            rule["action"] == action and rule.get("constraint") == (wanted or None)
            for rule in policy.get(kind, [])
        )

    for right, action, purpose in (
        (Rights.COMMERCIAL, "cc:CommercialUse", None),
        (Rights.DERIVE, "derive", None),
        (Rights.TRAIN, "use", "ai-train"),
        (Rights.SELL_ORIGINAL, "sell", None),
        (Rights.MERCH, "reproduce", "merchandise"),
        (Rights.NSFW, "use", "adult"),
        (Rights.SUBLICENSE, "grantUse", None),
        (Rights.TRANSFERABLE, "transfer", None),
    ):
        assert has("permission", action, purpose) == (right in grant)
        assert has("prohibition", action, purpose) == (right not in grant)
    assert has("obligation", "attribute") == (Rights.ATTRIBUTION in grant)
    assert has("obligation", "ensureExclusivity") == (Rights.EXCLUSIVE in grant)


def test_odrl_names_what_a_derivative_may_grant_on() -> None:
    policy = odrl.policy(READY["commercial-remix"].grant, READY["commercial-remix"].pass_)
    [derive] = [rule for rule in policy["permission"] if rule["action"] == "derive"]
    compensate, following = derive["duty"]
    assert compensate["action"] == "compensate"
    assert [rule["action"] for rule in following["target"]["permission"]] == [
        "cc:CommercialUse",
        "derive",
    ]
    alike = odrl.policy(Rights.DERIVE | Rights.SHARE_ALIKE, Rights.DERIVE)
    [derive] = [rule for rule in alike["permission"] if rule["action"] == "derive"]
    assert derive["duty"][1] == {"action": "cc:ShareAlike"}


def test_a_shown_policy_has_absolute_addresses() -> None:
    bundle = ready_bundle(READY["buyout"])
    assert bundle is not None
    shown = bundle.odrl()
    assert shown["@context"] == ["http://www.w3.org/ns/odrl.jsonld", {"@base": bundle.uri}]
    assert {**shown, "@context": odrl.CONTEXT} == bundle.document["odrl"]


@given(grant=ANY_RIGHTS)
@settings(max_examples=300, deadline=None)
def test_rsl_is_well_formed_and_in_the_standards_words(grant: Rights) -> None:
    text = rsl.license_xml(grant)
    assert text == rsl.license_xml(grant)
    license_ = tree(text)
    assert license_.tag == "license"
    seen = set()
    for child in license_:
        assert child.tag in RSL_CHILDREN
        # One element for each type, its values separated by spaces.
        assert (child.tag, child.get("type")) not in seen
        seen.add((child.tag, child.get("type")))
        if child.tag == "payment":
            assert child.get("type") == "purchase"
        else:
            values = (child.text or "").split(" ")
            assert values
            assert set(values) <= RSL_VALUES[str(child.get("type"))]


@given(grant=ANY_RIGHTS)
@settings(max_examples=300, deadline=None)
def test_rsl_never_says_both_and_never_more_than_the_rights(grant: Rights) -> None:
    said: dict[str, set[str]] = {"permits": set(), "prohibits": set()}
    for child in tree(rsl.license_xml(grant)):
        if child.tag in said:
            said[child.tag] |= set((child.text or "").split())
    assert not said["permits"] & said["prohibits"]
    assert not said["prohibits"] & {"all", "ai-all"}
    assert ("ai-train" in said["permits"]) == (Rights.TRAIN in grant)
    assert ("ai-train" in said["prohibits"]) == (Rights.TRAIN not in grant)
    assert ("ai-input" in said["permits"]) == (Rights.GENERATE in grant)
    assert ("commercial" in said["permits"]) == (Rights.COMMERCIAL in grant)


@given(url=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1))
@settings(max_examples=200, deadline=None)
def test_rsl_escapes_whatever_it_is_told(url: str) -> None:
    text = rsl.document_xml(Rights.COMMERCIAL, url=url, terms="ipfs://x?<&>")
    root = tree(text)
    assert root.tag == f"{RSL}rsl"
    [content] = root
    # XML reads line ends and their like in attributes as spaces.
    assert (content.get("url") or "").split() == url.split()
    assert [child.tag for child in content] == [f"{RSL}terms", f"{RSL}license"]
    assert content[0].text == "ipfs://x?<&>"


@pytest.mark.parametrize("name", READY)
def test_a_shown_rsl_document_holds_the_bundles_license(name: str) -> None:
    bundle = ready_bundle(READY[name])
    assert bundle is not None
    root = tree(bundle.rsl("https://example.org/*"))
    [license_] = root.iter(f"{RSL}license")
    plain = tree(bundle.document["rsl"])
    assert [(child.tag.removeprefix(RSL), child.attrib, child.text) for child in license_] == [
        (child.tag, child.attrib, child.text) for child in plain
    ]


@given(grant=ANY_RIGHTS)
@settings(max_examples=300, deadline=None)
def test_training_entries_are_complete_and_true(grant: Rights) -> None:
    assertion = training.assertion(grant)
    assert assertion["label"] == "cawg.training-mining"
    for view in ("licensee", "public"):
        entries = assertion[view]
        assert set(entries) == {
            "cawg.ai_generative_training",
            "cawg.ai_inference",
            "cawg.ai_training",
            "cawg.data_mining",
        }
        for entry in entries.values():
            assert entry["use"] in ("allowed", "notAllowed", "constrained")
            assert ("constraint_info" in entry) == (entry["use"] == "constrained")
    for name in ("cawg.ai_generative_training", "cawg.ai_training", "cawg.data_mining"):
        assert (assertion["licensee"][name]["use"] == "allowed") == (Rights.TRAIN in grant)
    # Nobody may do anything without a license.
    assert all(entry["use"] != "allowed" for entry in assertion["public"].values())


FLAGS = {
    "commercial": (["Image"], False, False, False),
    "commercial-remix": (["Image"], True, True, False),
    "nc-remix": ([], True, True, False),
    "buyout": (["Image", "RentCivit", "Rent", "Sell"], True, True, True),
    "ai-train": ([], False, False, True),
}


def test_civitai_flags_of_all_ready_made_terms() -> None:
    assert set(FLAGS) == set(READY)
    for name, (commercial, derivatives, different, no_credit) in FLAGS.items():
        assert civitai.flags(READY[name].grant) == {
            "allowCommercialUse": commercial,
            "allowDerivatives": derivatives,
            "allowDifferentLicense": different,
            "allowNoCredit": no_credit,
        }


@given(grant=ANY_RIGHTS)
@settings(max_examples=200, deadline=None)
def test_civitai_flags_allow_no_more_than_the_rights(grant: Rights) -> None:
    flags = civitai.flags(grant)
    if Rights.COMMERCIAL not in grant:
        assert flags["allowCommercialUse"] == []
    assert flags["allowDerivatives"] == (Rights.DERIVE in grant)
    assert not (flags["allowDifferentLicense"] and Rights.SHARE_ALIKE in grant)
    assert flags["allowNoCredit"] == (Rights.ATTRIBUTION not in grant)
