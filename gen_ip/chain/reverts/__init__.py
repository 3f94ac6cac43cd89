"""Contract errors as exceptions: one class per error, of the same name."""

from gen_ip.chain.reverts.base import (
    ContractError,
    Panicked,
    Reverted,
    RevertedWithReason,
    UnknownRevert,
)
from gen_ip.chain.reverts.decode import classes, decode
from gen_ip.chain.reverts.deployer import *  # noqa: F403
from gen_ip.chain.reverts.licensing import *  # noqa: F403
from gen_ip.chain.reverts.marketplace import *  # noqa: F403
from gen_ip.chain.reverts.registry import *  # noqa: F403
from gen_ip.chain.reverts.splitter import *  # noqa: F403
from gen_ip.chain.reverts.tokens import *  # noqa: F403

__all__ = [
    "ContractError",
    "Panicked",
    "Reverted",
    "RevertedWithReason",
    "UnknownRevert",
    "classes",
    "decode",
    *classes(),
]
