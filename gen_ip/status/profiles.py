"""Signed profiles of creators: a name, links, a domain. What a profile says of its domain is shown
as proven only where the domain says the same (`gen_ip.status.domains`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from gen_ip.signing.eip712 import BadStatement, Domain
from gen_ip.signing.profiles import PROFILE, Profile, profile_domain
from gen_ip.status.signed import SignedStatement, spelled

SIGNED_PROFILE = "gen-ip/signed-profile/1"
MAX_NAME, MAX_LINKS, MAX_URL = 100, 20, 500


@dataclass(frozen=True)
class SignedProfile(SignedStatement[Profile]):
    """A profile with the signature of its account; `contract` is the registry."""

    FORMAT = SIGNED_PROFILE
    STRUCT = PROFILE

    @property
    def domain(self) -> Domain:
        """Of profiles."""
        return profile_domain(self.chain_id, self.contract)

    @property
    def signer(self) -> str:
        """The account."""
        return self.message.account

    @classmethod
    def check(cls, message: Profile) -> None:
        """See the base."""
        if len(message.name) > MAX_NAME or message.name != message.name.strip():
            raise BadStatement("name", message.name, f"at most {MAX_NAME} characters")
        if message.domain:
            if message.domain.startswith("@"):
                raise BadStatement("domain", message.domain, "a domain, not an account")
            spelled("domain", message.domain)
        if len(message.links) > MAX_LINKS:
            raise BadStatement("links", len(message.links), f"at most {MAX_LINKS}")
        for place, link in enumerate(message.links):
            if not link.name.strip() or len(link.name) > MAX_NAME:
                raise BadStatement(f"links[{place}].name", link.name, "a short text")
            if not _is_page(link.url):
                raise BadStatement(f"links[{place}].url", link.url, "an https URL")


def latest(profiles: Iterable[SignedProfile]) -> SignedProfile | None:
    """The profile that holds, of those of one account."""
    return max(profiles, key=lambda each: (each.message.time, each.hash), default=None)


def _is_page(url: str) -> bool:
    """Whether a text is an https URL that a page can link to as it is."""
    if len(url) > MAX_URL or not url.isascii() or any(char in url for char in " \"'<>\\"):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
