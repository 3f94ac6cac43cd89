"""The demo's works on a chain that goes on, with licenses on offer: something to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip.demo.chain import ChainKind, local_chain
from gen_ip.demo.events import Doing
from gen_ip.demo.library import DEFAULT
from gen_ip.demo.story import Story

if TYPE_CHECKING:
    from gen_ip.client import GenIP

# Until blocks are final on a node that has no others to agree with.
_BLOCKS = 70


@contextmanager
def told_chain(folder: Path, say: Callable[[str], None]) -> Iterator[GenIP]:
    """A client of a local chain after the demo's story; everything ends with the block.

    Args:
        folder: for pictures and content.
        say: told what is being done.

    Raises:
        AnvilNotFound, AnvilFailed: there is no chain.
    """
    say("Starting a chain")
    with local_chain(ChainKind.ANVIL) as local:
        story = Story(local, DEFAULT, folder, sure=True)
        for event in story.tell():
            if isinstance(event, Doing):
                say(event.text)
        client = story.put_on_offer()
        local.web3.provider.make_request("anvil_mine", [hex(_BLOCKS)])  # type: ignore[arg-type]
        yield client
