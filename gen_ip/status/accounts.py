"""Accounts and domains that permits and profiles name, in one spelling each.

A domain is written as its ASCII form (IDNA 2008 after the mapping of UTS 46, not transitional):
https://www.rfc-editor.org/rfc/rfc5891, https://www.unicode.org/reports/tr46/. An account is
`@user@site`, as in the fediverse; the user's name is compared without regard to case, and letters
of other width or composition are the same (NFKC).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata

from gen_ip.status.errors import BadAccount

MAX_USER = 64
MAX_ACCOUNT = MAX_USER + 255
_MARKS = "._-"
# A dot at the end, a port or a path would make another spelling of the same domain.
_DOTS = re.compile("[.\u3002\uff0e\uff61]")


def account(value: object) -> str:
    """An account or a domain in its one spelling: `example.com`, `@user@example.com`.

    Raises:
        BadAccount: it is neither.
    """
    if not isinstance(value, str):
        raise BadAccount(value, "it is no text")
    if len(value) > MAX_ACCOUNT:
        raise BadAccount(value, f"it is longer than {MAX_ACCOUNT} characters")
    if not value.startswith("@"):
        if "@" in value:
            raise BadAccount(value, "an account begins with @")
        return domain(value)
    user, at, site = value[1:].partition("@")
    if not at:
        raise BadAccount(value, "it does not say on which site")
    return f"@{_user(user, value)}@{_host(site, value)}"


def domain(value: object) -> str:
    """A domain's ASCII form, in lower case.

    Raises:
        BadAccount: it is none.
    """
    if not isinstance(value, str):
        raise BadAccount(value, "it is no text")
    return _host(value, value)


def _user(user: str, whole: str) -> str:
    # Folding can compose anew what NFKC took apart, and the other way round: twice is enough.
    folded = user
    for _ in range(2):
        folded = unicodedata.normalize("NFKC", folded).casefold()
    folded = unicodedata.normalize("NFKC", folded)
    if not 0 < len(folded) <= MAX_USER:
        raise BadAccount(whole, f"a user's name has 1 to {MAX_USER} characters")
    for char in folded:
        if char not in _MARKS and unicodedata.category(char)[0] not in "LMN":
            raise BadAccount(whole, "a user's name has letters, digits, '.', '_' and '-' only")
    return folded


def _host(text: str, whole: str) -> str:
    # Loaded where it is used: its tables are large.
    import idna

    if len(text) > MAX_ACCOUNT:
        raise BadAccount(whole, "no domain is so long")
    try:
        host = idna.encode(text, uts46=True, std3_rules=True).decode()
        # What it reads back must be the same: an ASCII form that stands for nothing is refused.
        idna.decode(host)
    except (idna.IDNAError, UnicodeError):
        raise BadAccount(whole, "it has no domain that can be") from None
    labels = _DOTS.split(host)
    if len(host) > 253 or len(labels) < 2 or not all(labels):
        raise BadAccount(whole, "a domain has two labels or more, each of them something")
    if _is_address(host) or labels[-1].isdecimal():
        raise BadAccount(whole, "an IP address is no domain")
    return host


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
