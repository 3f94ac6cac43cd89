"""Changes of the file of settings: the user's comments and order stay, and nothing half-written or
wrong is ever in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeAlias

from gen_ip import atomic_file
from gen_ip.config.errors import ConfigUnusable, SettingNotSet
from gen_ip.config.settings import NUMBERS, Settings, check, check_value, parse, read_text

_Value: TypeAlias = str | int | Decimal | Sequence[str]


def set_values(path: Path, values: Mapping[str, str | int | Sequence[str] | None]) -> Settings:
    """Sets keys such as `account` or `networks.base.rpc`, numbers given as text too, lists where a
    key takes them; None unsets.

    Raises:
        ConfigUnusable: the file cannot be read or written, or is no TOML.
        BadSetting: a key is unknown, or its value is not what it takes; nothing was written.
    """
    typed = {key: _typed(key, value) for key, value in values.items()}
    for key, value in typed.items():
        if value is not None:
            check_value(path, key, value)

    def change(document: MutableMapping[str, Any]) -> None:
        for key, value in typed.items():
            if value is None:
                _remove(document, key.split("."))
            else:
                _put(document, key.split("."), value)

    return _change(path, change)


def unset(path: Path, key: str) -> Settings:
    """Removes a key, or a whole network by `networks.NAME`.

    Raises:
        SettingNotSet: it is not there.
        ConfigUnusable, BadSetting: see `set_values`.
    """

    def change(document: MutableMapping[str, Any]) -> None:
        if not _remove(document, key.split(".")):
            raise SettingNotSet(path, key)

    return _change(path, change)


def _change(path: Path, change: Callable[[MutableMapping[str, Any]], None]) -> Settings:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    text = read_text(path)
    # Within the bounds of `toml.read` first: tomlkit has none.
    parse(path, text)
    try:
        document = tomlkit.parse(text)
        change(document)
        changed = tomlkit.dumps(document)
    except TOMLKitError as error:
        raise ConfigUnusable(path, f"no usable TOML: {error}", "correct that place") from None
    settings = check(path, parse(path, changed))
    _write(path, changed)
    return settings


def _put(document: MutableMapping[str, Any], keys: list[str], value: _Value) -> None:
    import tomlkit

    table = document
    for key in keys[:-1]:
        if key not in table:
            # [networks] itself stands for its parts only.
            table[key] = tomlkit.table(is_super_table=key == "networks" and table is document)
        table = table[key]
    table[keys[-1]] = float(value) if isinstance(value, Decimal) else value


def _remove(document: MutableMapping[str, Any], keys: list[str]) -> bool:
    table: Any = document
    for key in keys[:-1]:
        table = table.get(key, {})
    if keys[-1] not in table:
        return False
    del table[keys[-1]]
    return True


def _typed(key: str, value: str | int | Sequence[str] | None) -> _Value | None:
    if not isinstance(value, str) or key.rpartition(".")[2] not in NUMBERS:
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    # Before it becomes an integer of a million digits.
    if not number.is_finite() or len(value) > 40 or abs(number.adjusted()) > 40:
        return value
    return int(number) if number == int(number) else number


def _write(path: Path, text: str) -> None:
    # Behind a link, the file itself: settings often lie in a repository of the user's.
    target = path.resolve()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Only its user can read what it makes: an RPC address may hold a key.
        atomic_file.write_text(target, text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigUnusable(path, reason, "check the folder's permissions") from None
