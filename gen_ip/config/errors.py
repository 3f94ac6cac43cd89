"""What can be wrong with the user's settings. No message holds an RPC address beyond its host."""

# ruff: noqa: N818

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from gen_ip.errors import GenIPError, shown


class ConfigError(GenIPError):
    """Root of what can be wrong with the user's settings."""


class ConfigUnusable(ConfigError):
    """The file of settings cannot be read or written, or is no TOML."""

    def __init__(self, path: Path, reason: str, remedy: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"the config file {shown(path)} cannot be used ({reason}); {remedy}")


class BadSetting(ConfigError):
    """A setting is unknown, or its value is not what it takes."""

    def __init__(self, path: Path, key: str, problem: str) -> None:
        self.path, self.key = path, key
        super().__init__(f"setting {shown(key)} in {shown(path)} {problem}")


class SettingNotSet(ConfigError):
    """A setting is not in the file."""

    def __init__(self, path: Path, key: str) -> None:
        self.path, self.key = path, key
        super().__init__(
            f"setting {shown(key)} is not set in {shown(path)}; `gen-ip config show` shows what is"
        )


class UnknownNetwork(ConfigError):
    """No network of this name is known."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(
            f"no network {shown(name)}{meant(name, self.known)}; `gen-ip network list` shows all, "
            "`gen-ip network add NAME --rpc URL` adds one"
        )


class NoRpc(ConfigError):
    """A network is known by name only: nobody said where one of its nodes is."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"no RPC address is known for network {shown(name)}; name a node of it: "
            f"`gen-ip network add {name} --rpc URL`"
        )


def meant(name: str, known: Iterable[str]) -> str:
    """` (did you mean 'base'?)`, or nothing where no name is close."""
    close = get_close_matches(name, list(known), 1)
    return f" (did you mean {shown(close[0])}?)" if close else ""
