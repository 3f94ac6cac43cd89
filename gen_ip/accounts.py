"""Signing accounts as encrypted keystores, version 3 of the Web3 Secret Storage Definition
(https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage).

One file an account, `ALIAS.json`, readable by its user alone. Accounts made with ape
(`~/.ape/accounts`) have the same format and are found too; they are read, never written.

The development accounts `dev0` to `dev9` need no file: anvil funds them on a local chain, and
their keys are public knowledge.
"""

# Names say what happened, as in gen_ip.errors.
# ruff: noqa: N818

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from gen_ip.errors import GenIPError, shown
from gen_ip.nesting import nested_deeper_than

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

Source: TypeAlias = Literal["gen-ip", "ape"]

DEV_MNEMONIC = "test test test test test test test test test test test junk"
DEV_ACCOUNTS = 10
SHORTEST_PASSWORD = 8
"""Characters of a new keystore's password, at least."""
DEV_CHAIN_IDS = frozenset({1337, 31337, 131277322940537})
"""Ids of local chains: ganache's and geth's, anvil's and hardhat's, eth-tester's."""

MAX_KEYSTORE_BYTES = 64 * 1024
MAX_NESTING = 16
MAX_KDF_BYTES = 512 * 1024 * 1024
MAX_KDF_ROUNDS = 10_000_000

_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_DEV = re.compile(r"dev([0-9])")
_ADDRESS = re.compile(r"(0x)?[0-9a-fA-F]{40}")
_KEY = re.compile(r"(0x)?[0-9a-fA-F]{64}")


class AccountError(GenIPError):
    """Root of what can go wrong with stored accounts."""


class BadAlias(AccountError):
    """The alias cannot name a file, or names a development account."""

    def __init__(self, alias: object, reason: str) -> None:
        self.alias = alias
        super().__init__(f"bad account name {shown(alias)}: {reason}")


class UnknownAccount(AccountError):
    """No keystore of this alias or address was found."""

    def __init__(self, name: object, known: tuple[str, ...]) -> None:
        self.name, self.known = name, known
        # Names of files in ape's folder are not bound to our rules.
        names = ", ".join(shown(alias) for alias in known)
        there_are = f"known are {names}" if known else "there are none yet"
        super().__init__(
            f"no account {shown(name)}; {there_are}; make one with `gen-ip account new NAME`"
        )


class AccountExists(AccountError):
    """The alias is taken. Keystores are never overwritten."""

    def __init__(self, alias: str, path: Path) -> None:
        self.alias, self.path = alias, path
        super().__init__(f"account {shown(alias)} exists already ({path}); choose another name")


class BadKeystore(AccountError):
    """The file is not an encrypted keystore this package reads."""

    def __init__(self, path: object, reason: str) -> None:
        self.path, self.reason = str(path), reason
        super().__init__(
            f"{shown(path)} is not a usable keystore ({reason}); "
            "give an encrypted Ethereum keystore, version 3"
        )


class BadPrivateKey(AccountError):
    """The text is no private key. The message never holds the text."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"that is not a private key ({reason}); give 64 hex digits")


class WrongPassword(AccountError):
    """The password does not open the keystore."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        super().__init__(
            f"wrong password for account {shown(alias)}; "
            "try again, or see to GENIP_PASSWORD or the password file, where one is set"
        )


class BadPassword(AccountError):
    """A password that cannot protect a key, or none could be asked for."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class AccountsUnavailable(AccountError):
    """The folder of keystores, or one of its files, cannot be used."""

    def __init__(self, path: object, reason: str) -> None:
        self.path, self.reason = str(path), reason
        super().__init__(f"{shown(path)} cannot be used ({reason}); check its permissions")


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """A keystore on disk: its name, checksummed address, file, and who made it."""

    alias: str
    address: str
    path: Path
    source: Source

    def to_json(self) -> dict[str, str]:
        """Alias, address, path and source as text."""
        return {
            "alias": self.alias,
            "address": self.address,
            "path": str(self.path),
            "source": self.source,
        }


def accounts_folder() -> Path:
    """Where new keystores go."""
    from platformdirs import user_data_dir

    return Path(user_data_dir("gen-ip")) / "accounts"


def ape_folder() -> Path:
    """Where ape keeps its keystores."""
    return Path.home() / ".ape" / "accounts"


def list_accounts() -> list[StoredAccount]:
    """All keystores found, own ones before ape's, each by alias; other files are passed over.

    Raises:
        AccountsUnavailable: a folder cannot be read.
    """
    folders: tuple[tuple[Path, Source], ...] = (
        (accounts_folder(), "gen-ip"),
        (ape_folder(), "ape"),
    )
    found = []
    for folder, source in folders:
        for path in _json_files(folder):
            try:
                keystore = _read(path)
            except BadKeystore:
                continue
            found.append(StoredAccount(path.stem, _address(keystore, path), path, source))
    return found


def find(name: str) -> StoredAccount:
    """The keystore of an alias or of an address; an own one before ape's.

    Raises:
        UnknownAccount: there is none.
        AccountsUnavailable: a folder cannot be read.
    """
    accounts = list_accounts()
    wanted = name.lower().removeprefix("0x")
    for account in accounts:
        if account.alias == name or account.address.lower() == f"0x{wanted}":
            return account
    raise UnknownAccount(name, tuple(account.alias for account in accounts))


def dev_account(name: str) -> LocalAccount | None:
    """The development account called `dev0` to `dev9`; None for any other name."""
    matched = _DEV.fullmatch(name)
    if matched is None:
        return None
    from eth_account import Account

    Account.enable_unaudited_hdwallet_features()
    account: LocalAccount = Account.from_mnemonic(
        DEV_MNEMONIC, account_path=f"m/44'/60'/0'/0/{matched[1]}"
    )
    return account


def new_account(alias: str, password: str) -> StoredAccount:
    """Make a random key and store it under `alias`.

    Raises:
        BadAlias, AccountExists, BadPassword, AccountsUnavailable: as their names say.
    """
    from eth_account import Account

    check_new(alias)
    check_password(password)
    return _store(alias, Account.create(), password)


def import_key(alias: str, private_key: str, password: str) -> StoredAccount:
    """Store a private key (64 hex digits) under `alias`, encrypted with `password`.

    Raises:
        BadPrivateKey: it is none.
        BadAlias, AccountExists, BadPassword, AccountsUnavailable: as their names say.
    """
    check_new(alias)
    account = read_key(private_key)
    check_password(password)
    return _store(alias, account, password)


def read_key(private_key: str) -> LocalAccount:
    """The account of a private key (64 hex digits).

    Raises:
        BadPrivateKey: it is none.
    """
    from eth_account import Account
    from eth_utils.exceptions import ValidationError

    key = private_key.strip()
    if not _KEY.fullmatch(key):
        raise BadPrivateKey(f"it has {len(key)} characters or others than hex digits")
    try:
        account: LocalAccount = Account.from_key(key)
    except (ValueError, ValidationError):
        # `from None`, for the cause's text may hold the key.
        raise BadPrivateKey("it is zero or beyond the curve's order") from None
    return account


def import_keystore(alias: str, path: str | Path, password: str) -> StoredAccount:
    """Copy an encrypted keystore under `alias`, once `password` is found to open it.

    Raises:
        BadKeystore: the file is none, or asks for more memory or work than the caps.
        BadAlias, AccountExists, WrongPassword, AccountsUnavailable: as their names say.
    """
    check_new(alias)
    source = Path(path)
    if not password:
        check_password(password)
    # A short one is its owner's choice already: `change_password` mends it.
    account = _decrypt(_read(source), password, alias, source)
    return _store(alias, account, password)


def unlock(account: StoredAccount, password: str) -> LocalAccount:
    """Decrypt a keystore. Takes about a second: the key derivation is slow on purpose.

    Raises:
        WrongPassword: `password` does not open it.
        BadKeystore: the file is damaged, or another address than it says lies inside.
        AccountsUnavailable: it cannot be read.
    """
    opened = _decrypt(_read(account.path), password, account.alias, account.path)
    if opened.address != account.address:
        raise BadKeystore(account.path, f"its key belongs to {opened.address}")
    return opened


def open_keystore(path: str | Path, password: str) -> LocalAccount:
    """Decrypt a keystore anywhere on disk. Takes about a second, as `unlock` does.

    Raises:
        WrongPassword: `password` does not open it.
        BadKeystore: the file is none, or another address than it says lies inside.
        AccountsUnavailable: it cannot be read.
    """
    file = Path(path)
    return unlock(StoredAccount(file.stem, _address(_read(file), file), file, "gen-ip"), password)


def check_new(alias: str) -> None:
    """Raises unless `alias` may name a new keystore.

    Raises:
        BadAlias, AccountExists: as their names say.
    """
    if not _ALIAS.fullmatch(alias):
        raise BadAlias(alias, "use 1 to 64 letters, digits, - and _, starting with no sign")
    if _DEV.fullmatch(alias) or _ADDRESS.fullmatch(alias):
        raise BadAlias(alias, "names like dev0 and addresses are reserved; choose another")
    path = accounts_folder() / f"{alias}.json"
    if path.exists():
        raise AccountExists(alias, path)


def check_password(password: str) -> None:
    """Raises `BadPassword` for an empty one, and one that is guessed in no time: the keystore would
    lie open. NIST SP 800-63B asks for eight characters at least."""
    if not password:
        raise BadPassword("the password is empty; choose one that nobody guesses")
    if len(password) < SHORTEST_PASSWORD:
        raise BadPassword(
            f"the password has {len(password)} of at least {SHORTEST_PASSWORD} characters; choose "
            "one that nobody guesses, such as several words"
        )


def _json_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".json")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise AccountsUnavailable(folder, error.strerror or str(error)) from None


def read_text(path: Path) -> str:
    """The text of a keystore, unread.

    Raises:
        BadKeystore: there is no such file, it is too large, or it is no text.
        AccountsUnavailable: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_KEYSTORE_BYTES + 1)
    except FileNotFoundError:
        raise BadKeystore(path, "there is no such file") from None
    except IsADirectoryError:
        raise BadKeystore(path, "it is a directory") from None
    except OSError as error:
        raise AccountsUnavailable(path, error.strerror or str(error)) from None
    # A NUL, or half a surrogate pair.
    except ValueError:
        raise BadKeystore(path, "no file has such a name") from None
    if len(data) > MAX_KEYSTORE_BYTES:
        raise BadKeystore(path, f"it has more than {MAX_KEYSTORE_BYTES:,} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadKeystore(path, "it is not JSON") from None


def _read(path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        if nested_deeper_than(MAX_NESTING, text):
            raise BadKeystore(
                path, "it is not JSON that a keystore could be, it is nested too deeply"
            )
        keystore = _lowered(json.loads(text), path)
    except ValueError:
        raise BadKeystore(path, "it is not JSON") from None
    if not isinstance(keystore, dict) or keystore.get("version") != 3:
        raise BadKeystore(path, "it is not of version 3")
    _check_kdf(keystore.get("crypto"), path)
    _address(keystore, path)
    return keystore


def _lowered(value: Any, path: Path) -> Any:
    """With keys in lower case, as eth-keyfile reads them: what is checked is what is used."""
    if not isinstance(value, dict):
        return value
    lowered = {key.lower(): _lowered(item, path) for key, item in value.items()}
    if len(lowered) < len(value):
        raise BadKeystore(path, "it says a key twice")
    return lowered


def _check_kdf(crypto: object, path: Path) -> None:
    """A file from elsewhere may ask for any amount of memory and time before it is refused."""
    parameters = crypto.get("kdfparams") if isinstance(crypto, Mapping) else None
    if not isinstance(parameters, Mapping):
        raise BadKeystore(path, "it has no parameters of key derivation")
    numbers = [parameters.get(name, 1) for name in ("n", "r", "p", "c", "dklen")]
    if not all(type(number) is int and number > 0 for number in numbers):
        raise BadKeystore(path, "its parameters of key derivation are no numbers")
    n, r, p, rounds, length = numbers
    if 128 * n * r > MAX_KDF_BYTES or p > 16 or rounds > MAX_KDF_ROUNDS or length > 64:
        raise BadKeystore(path, "its key derivation asks for too much memory or time")


def _address(keystore: Mapping[str, Any], path: Path) -> str:
    from eth_utils.address import to_checksum_address

    address = keystore.get("address")
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise BadKeystore(path, "it does not say its address")
    return to_checksum_address(f"0x{address.removeprefix('0x')}")


def _decrypt(keystore: dict[str, Any], password: str, alias: str, path: Path) -> LocalAccount:
    from eth_account import Account

    try:
        account: LocalAccount = Account.from_key(Account.decrypt(keystore, password))
    except ValueError as error:
        if "MAC mismatch" in str(error):
            raise WrongPassword(alias) from None
        raise BadKeystore(path, "its encryption is damaged") from None
    except (AssertionError, AttributeError, LookupError, TypeError, NotImplementedError):
        raise BadKeystore(path, "its encryption is incomplete or of an unknown kind") from None
    return account


def _store(alias: str, account: LocalAccount, password: str) -> StoredAccount:
    folder = accounts_folder()
    path = folder / f"{alias}.json"
    keystore = account.encrypt(password)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes files that only their user can read.
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=f".{alias}-", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(keystore, file)
                file.flush()
                os.fsync(file.fileno())
            # A link fails where the name was taken meanwhile; a rename would overwrite a key.
            os.link(temporary, path)
        finally:
            os.unlink(temporary)
    except FileExistsError:
        raise AccountExists(alias, path) from None
    except OSError as error:
        raise AccountsUnavailable(folder, error.strerror or str(error)) from None
    return StoredAccount(alias, account.address, path, "gen-ip")
