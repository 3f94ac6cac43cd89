"""The `gen-ip` command. Nothing heavy is imported before a command runs."""

from __future__ import annotations


def main() -> None:
    """Runs the command line; exits 0, 1 after an error, 2 after a usage error, 130 after Ctrl-C."""
    import sys

    try:
        _run()
    except KeyboardInterrupt:
        # Before a command began, for which `gen_ip.cli.group` says it.
        from gen_ip.cli.group import interrupted

        interrupted("--json" in sys.argv)


def _run() -> None:
    import io
    import signal
    import sys

    from gen_ip.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without our signs shows others in their place.
            stream.reconfigure(errors="replace")
    # As an exception, so that a local chain is stopped and temporary files go.
    for number in (signal.SIGTERM, signal.SIGHUP):
        # `nohup` has a closed terminal ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda got, _: sys.exit(128 + got))
    app()
