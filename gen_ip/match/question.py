"""A picture as it is asked about: in its parts, turned and mirrored each way."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_ip.fingerprint.local import LocalFeatures, local_features
from gen_ip.fingerprint.pdq import Orientation, Pdq, oriented
from gen_ip.fingerprint.views import View, views

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray

    from gen_ip.fingerprint.descriptor import Descriptor


@dataclass(frozen=True, eq=False)
class Question:
    """A copy (RGB, shape (h, w, 3), at most 512 a side) and what is searched with.

    What costs time is computed when it is first asked for, once.
    """

    copy: NDArray[uint8]

    @functools.cached_property
    def views(self) -> Sequence[View]:
        """The whole picture, then parts of it that may be a work."""
        return views(self.copy)

    @functools.cached_property
    def hashes(self) -> Sequence[tuple[View, Orientation, Pdq]]:
        """Eight for each view."""
        return [
            (view, orientation, hashed)
            for view in self.views
            for orientation, hashed in oriented(view.pixels).items()
        ]

    @functools.cached_property
    def features(self) -> LocalFeatures:
        """Of the whole picture."""
        return local_features(self.copy)

    @functools.cached_property
    def mirrored(self) -> LocalFeatures:
        """Of the whole picture, left and right changed over."""
        return local_features(self.copy[:, ::-1])

    def described(self, descriptor: Descriptor) -> NDArray[uint8]:
        """The descriptor's codes of all views, shape (views, 32)."""
        return descriptor.code(descriptor.describe([view.pixels for view in self.views]))
