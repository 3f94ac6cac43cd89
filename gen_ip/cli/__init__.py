"""The `gen-ip` command. Nothing heavy is imported before a command runs."""

from __future__ import annotations


def main() -> None:
    """Runs the command line; exits 0, 1 after an error, 2 after a usage error."""
    from gen_ip.cli.app import app

    app()
