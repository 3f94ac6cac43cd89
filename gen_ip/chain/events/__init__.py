"""Logs of the contracts as events: one class per event, of the same name."""

from gen_ip.chain.events.base import Event, Named
from gen_ip.chain.events.decode import Kind, classes, decode, kinds, topic_of, word
from gen_ip.chain.events.licensing import *  # noqa: F403
from gen_ip.chain.events.marketplace import *  # noqa: F403
from gen_ip.chain.events.registry import *  # noqa: F403
from gen_ip.chain.events.splitter import *  # noqa: F403
from gen_ip.chain.events.tokens import *  # noqa: F403

__all__ = [
    "Event",
    "Kind",
    "Named",
    "classes",
    "decode",
    "kinds",
    "topic_of",
    "word",
    *classes(),
]
