"""What can go wrong with a mutation run itself."""

from __future__ import annotations


class MutationError(Exception):
    """The run cannot be trusted, or cannot go on; says what to do."""
