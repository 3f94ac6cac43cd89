"""Works that content credentials name, in manifest stores of our own and of strangers."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gen_ip.embedding import credentials
from gen_ip.embedding.identity import SigningIdentity
from gen_ip.embedding.naming import INGREDIENT, ORIGINAL, Named, named
from gen_ip.embedding.saying import Parent, Saying
from gen_ip.work import WorkAddress

CREATOR = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
HASH = "0a" * 32


def at(work: int, chain: int = 31337) -> WorkAddress:
    return WorkAddress(chain, work)


def certificate(work: int, **more: Any) -> dict[str, Any]:
    data = {"work": str(work), "chain": 31337, **more}
    return {"label": credentials.LABEL, "data": data}


def store(**manifests: Any) -> dict[str, Any]:
    return {"active_manifest": "a", "manifests": manifests}


def test_our_own_manifests_name_the_work_and_its_parents() -> None:
    made = io.BytesIO()
    Image.new("RGB", (9, 7), (1, 2, 3)).save(made, "PNG")
    identity = SigningIdentity.made(CREATOR)
    parents = (Parent(5, "Parent one", "image/png"),)
    first = Saying(7, 31337, "Cat", CREATOR, parents=parents)
    copy = credentials.signed(made.getvalue(), "image/png", first, identity)
    found = credentials.read(copy, "image/png")
    assert found is not None
    assert named(found) == [
        Named("Cat", ORIGINAL, at(7)),
        Named("Parent one", INGREDIENT, at(5)),
    ]
    # What it was before is an ingredient; what that was made from is not.
    again = credentials.signed(copy, "image/png", Saying(9, 1, "New", CREATOR), identity)
    found = credentials.read(again, "image/png")
    assert found is not None
    assert named(found) == [
        Named("New", ORIGINAL, at(9, 1)),
        Named("Cat", INGREDIENT, at(7)),
    ]


def test_a_work_is_found_behind_the_manifests_of_other_tools() -> None:
    found = store(
        a={"ingredients": [{"title": "edit", "active_manifest": "b"}]},
        # In a ring.
        b={"ingredients": [{"active_manifest": "a"}, {"title": "cat", "active_manifest": "c"}]},
        c={"assertions": [certificate(7)], "ingredients": [{"instance_id": "gen-ip:31337:5"}]},
    )
    assert named(found) == [Named("cat", INGREDIENT, at(7))]


def test_each_is_named_once() -> None:
    one = {"title": "one", "instance_id": "gen-ip:31337:5"}
    found = store(a={"assertions": [certificate(7, parents=["5", "6"])], "ingredients": [one, one]})
    assert named(found) == [
        Named("", ORIGINAL, at(7)),
        Named("one", INGREDIENT, at(5)),
        Named("", INGREDIENT, at(6)),
    ]
    many = [{"instance_id": f"gen-ip:1:{number}"} for number in range(1, 5_000)]
    assert len(named(store(a={"ingredients": many}))) == 64


@pytest.mark.parametrize("text", [f"sha256:{HASH}", f"urn:sha256:{HASH.upper()}"])
def test_a_hash_names_its_bytes(text: str) -> None:
    found = store(a={"ingredients": [{"title": "b", "document_id": text}]})
    assert named(found) == [Named("b", INGREDIENT, sha256=HASH)]


@pytest.mark.parametrize(
    "identifier",
    ["xmp.iid:5", "gen-ip:1:0", f"gen-ip:1:{2**160}", "gen-ip:5", "sha256:0a", 5, None],
)
def test_what_is_no_name_names_nothing(identifier: object) -> None:
    assert named(store(a={"ingredients": [{"instance_id": identifier}]})) == []


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["a", "gen-ip:1:5"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "active_manifest",
                    "manifests",
                    "a",
                    "ingredients",
                    "assertions",
                    "label",
                    "data",
                    "work",
                    "chain",
                    "parents",
                    "instance_id",
                    "title",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(manifests=st.dictionaries(st.just("a"), _JSON), ingredients=_JSON)
def test_no_store_ends_in_a_traceback(manifests: dict[str, Any], ingredients: Any) -> None:
    for found in (store(**manifests), store(a={"ingredients": ingredients}), manifests):
        for each in named(found):
            assert (each.work is None) != (each.sha256 is None)
