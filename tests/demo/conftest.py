"""Runs of the demo; the command line's fixtures are borrowed."""

from tests.cli.conftest import home, process, run

__all__ = ["home", "process", "run"]
