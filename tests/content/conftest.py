"""Fixtures of the content tests."""

from tests.support.kubo import kubo

__all__ = ["kubo"]
