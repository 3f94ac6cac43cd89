"""Batches, whatever families there are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gen_ip.keeping import gas
from gen_ip.keeping.batches import batched
from gen_ip.keeping.choosing import Item
from gen_ip.keeping.scene import Order
from gen_ip.work import ETH
from gen_ip.works.lineage import Link


@st.composite
def families(draw: st.DrawFn) -> tuple[list[Item], Order]:
    """Works in order, each below some that come later."""
    count = draw(st.integers(1, 12))
    items = [
        Item(
            work,
            draw(st.booleans()),
            draw(st.integers(0, 9)),
            draw(st.integers(0, 9)),
            draw(st.integers(0, 10**6)) * 1.0,
            draw(st.integers(20_000, 200_000)),
        )
        for work in range(1, count + 1)
    ]
    above = {
        work: tuple(
            Link(work, parent, 1_000, 0, 0)
            for parent in sorted(draw(st.sets(st.integers(work + 1, count), max_size=3)))
        )
        for work in range(1, count)
    }
    return items, Order(tuple(range(1, count + 1)), above, {}, dict.fromkeys(range(1, 13), 0))


@given(families(), st.integers(100_000, 500_000), st.none() | st.integers(1, 4))
def test_every_item_comes_once_after_what_it_waits_for(
    given_: tuple[list[Item], Order], most_gas: int, most: int | None
) -> None:
    items, order = given_
    made = batched(ETH, items, order, most_gas, most)
    sent = [item for batch in made for item in batch.items]
    assert sorted(sent) == sorted(items)
    place = {item.work: at for at, item in enumerate(sent)}
    for work, links in order.above.items():
        assert all(place[work] < place[link.parent] for link in links)
    for batch in made:
        assert len(batch.items) == 1 or batch.gas <= most_gas
        assert most is None or len(batch.items) <= most
        # Released is what should be, nothing else; all else is settled before.
        assert set(batch.released) == {item.work for item in batch.items if item.releases}
        assert set(batch.path) == {item.work for item in batch.items}
        assert batch.gas == gas.TRANSACTION + sum(item.gas for item in batch.items)
