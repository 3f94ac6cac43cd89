"""The settings as `config.toml` holds them: read, checked, and found by key."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeAlias

from gen_ip import toml
from gen_ip.config.errors import (
    BadSetting,
    ConfigError,
    ConfigUnusable,
    NoRpc,
    UnknownNetwork,
    meant,
)
from gen_ip.config.networks import BUILT_IN, NAME, Network, is_rpc
from gen_ip.errors import shown

MAX_BYTES = 256 * 1024
VARIABLE = "GENIP_CONFIG"

Check: TypeAlias = Callable[[Any], Any]
"""Takes a value of the file and returns it as the program's; ValueError says what it takes."""


@dataclass(frozen=True)
class Settings:
    """What the user set; None where nothing is."""

    path: Path
    network: str | None = None
    account: str | None = None
    store: str | None = None
    store_require: int | None = None
    max_fee: str | None = None
    confirmations: int | None = None
    timeout: float | None = None
    replace_after: float | None = None
    networks: Mapping[str, Network] = field(default_factory=dict)

    def find(self, name: str) -> Network:
        """A network by its name, with what is known of a well-known chain of that name.

        Raises:
            UnknownNetwork: there is none.
            NoRpc: only its name and chain id are known.
        """
        known = self.all_networks()
        if name not in known:
            raise UnknownNetwork(name, known)
        if known[name].rpc is None:
            raise NoRpc(name)
        return known[name]

    def all_networks(self) -> dict[str, Network]:
        """Own networks first, then the built-in ones that they do not name."""
        own = {name: _on_top(BUILT_IN.get(name), each) for name, each in self.networks.items()}
        return own | {name: each for name, each in BUILT_IN.items() if name not in own}


def config_path() -> Path:
    """Where the file is: GENIP_CONFIG, or `config.toml` in the user's folder of settings."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("gen-ip") / "config.toml"


def load(path: Path | None = None) -> Settings:
    """The settings; empty ones where there is no file.

    Raises:
        ConfigUnusable: it cannot be read, or is no TOML.
        BadSetting: a key is unknown, or its value is not what it takes.
    """
    file = path or config_path()
    return check(file, parse(file, read_text(file)))


def read_text(path: Path) -> str:
    """The file's text, empty where there is none.

    Raises:
        ConfigUnusable: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigUnusable(path, reason, "check the path and its permissions") from None
    if len(data) > MAX_BYTES:
        raise ConfigUnusable(path, f"it has more than {MAX_BYTES:,} bytes", "shorten it")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigUnusable(path, "it is not text in UTF-8", "save it as UTF-8") from None


def parse(path: Path, text: str) -> dict[str, Any]:
    """The TOML of the file as plain values, decimals exact.

    Raises:
        ConfigUnusable: it is no TOML.
    """
    try:
        return toml.read(text.encode(), parse_float=Decimal)
    # A wild exponent is an ArithmeticError.
    except (ValueError, InvalidOperation) as error:
        # What its text may quote is a key, a character, or line and column.
        reason = f"no usable TOML: {shown(str(error))}"
        raise ConfigUnusable(path, reason, "correct that place") from None


def check(path: Path, document: Mapping[str, Any]) -> Settings:
    """The settings of a document.

    Raises:
        BadSetting: a key is unknown, or its value is not what it takes.
    """
    values = {}
    for key, value in document.items():
        if key != "networks":
            values[key] = check_value(path, key, value)
    networks = document.get("networks", {})
    if not isinstance(networks, Mapping):
        raise BadSetting(path, "networks", "is no table; write [networks.NAME]")
    found = {name: _network(path, name, table) for name, table in networks.items()}
    settings = Settings(path, **values, networks=found)
    if settings.network is not None and settings.network not in (known := settings.all_networks()):
        close = meant(settings.network, known)
        problem = f"names {shown(settings.network)}, which is no network{close}"
        raise BadSetting(path, "network", f"{problem}; `gen-ip network list` shows all")
    return settings


def check_value(path: Path, key: str, value: Any) -> Any:
    """The value of a key such as `account` or `networks.base.rpc`, as the program uses it.

    Raises:
        BadSetting: the key is unknown, or the value is not what it takes.
    """
    parts = key.split(".")
    if parts[0] == "networks" and len(parts) == 3:
        known, last, place = NETWORK_KEYS, parts[2], f"networks.{parts[1]}"
        if not NAME.fullmatch(parts[1]):
            raise BadSetting(path, key, "names no network: use letters, digits, - and _, up to 40")
    else:
        known, last, place = KEYS, key, ""
    if last not in known:
        named = {f"{place}.{each}" if place else each: each for each in known}
        whole = "networks.NAME.rpc" if not place else f"{place}.rpc"
        names = ", ".join(known) + ("" if place else f", and those such as {whole}")
        raise BadSetting(path, key, f"is not known{meant(key, named)}; known are {names}")
    try:
        return known[last](value)
    except ValueError as error:
        # Addresses may hold keys, and what is none may be anything: they are not shown.
        what = "" if last in ("rpc", "store") else f" {shown(_plain(value))}"
        raise BadSetting(path, key, f"has the wrong value{what}; give {error}") from None


def _network(path: Path, name: str, table: Any) -> Network:
    place = f"networks.{name}"
    if not isinstance(table, Mapping):
        raise BadSetting(path, place, f"is no table; write [networks.{name}]")
    values = {key: check_value(path, f"{place}.{key}", value) for key, value in table.items()}
    if not values and not NAME.fullmatch(name):
        raise BadSetting(path, place, "names no network: use letters, digits, - and _, up to 40")
    deployment = values.get("deployment")
    if deployment is not None:
        # Relative to the file, wherever the command runs.
        values["deployment"] = path.parent / deployment
    return Network(name, **values)


def _on_top(built_in: Network | None, own: Network) -> Network:
    if built_in is None:
        return own
    said = {each.name: getattr(own, each.name) for each in fields(own)}
    return replace(built_in, **{key: value for key, value in said.items() if value is not None})


def _text(expected: str) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not value or len(value) > 4096 or not value.isprintable():
            raise ValueError(expected)
        return value

    return check


def _store(value: Any) -> str:
    """An address, or a list of several as the text that names them all."""
    expected = (
        "a folder, or a Kubo node's RPC address, without user name, password or key; or a list"
    )
    several = value if isinstance(value, list) else [value]
    texts: list[str] = [_text(expected)(each) for each in several]
    if not texts or any("://" in text and (set("@?#") & set(text)) for text in texts):
        raise ValueError(expected)
    return "; ".join(texts)


def _amount(value: Any) -> str:
    expected = 'a plain amount of the chain\'s coin such as "0.05"'
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError(expected)
    text = format(value, "f") if isinstance(value, Decimal) and _moderate(value) else str(value)
    if len(text) > 40 or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise ValueError(expected)
    return text


def _moderate(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and -40 < exponent < 40


def _whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return check


def _seconds(value: Any) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | Decimal)
        or not (value == value and 0 < value <= 86_400)
    ):
        raise ValueError("seconds, more than 0 and at most 86400")
    return float(value)


def _rpc(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 4096 or not is_rpc(value):
        raise ValueError("an http:// or https:// URL such as http://127.0.0.1:8545")
    return value


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


KEYS: Mapping[str, Check] = {
    "network": _text("a network's name from `gen-ip network list`"),
    "account": _text("a name from `gen-ip account list`, or an address"),
    "store": _store,
    "store_require": _whole(1, 999),
    "max_fee": _amount,
    "confirmations": _whole(1, 10_000),
    "timeout": _seconds,
    "replace_after": _seconds,
}
NETWORK_KEYS: Mapping[str, Check] = {
    "rpc": _rpc,
    "chain_id": _whole(1, 2**53 - 1),
    "deployment": _text("a JSON file of contract addresses"),
    "max_fee": _amount,
    "confirmations": _whole(1, 10_000),
    "symbol": _text('the symbol of the chain\'s coin, such as "ETH"'),
}
NUMBERS = frozenset({"store_require", "confirmations", "timeout", "replace_after", "chain_id"})
"""Keys whose value is a number in the file; amounts are text, so that they stay exact."""


def known_keys() -> list[str]:
    """All keys that can be set, those of the networks at hand included; for a shell to offer."""
    try:
        networks = load().all_networks()
    except ConfigError:
        networks = dict(BUILT_IN)
    return [*KEYS, *(f"networks.{name}.{key}" for name in networks for key in NETWORK_KEYS)]
