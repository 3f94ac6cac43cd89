"""License terms: what a licensee may and must do, and what a derivative owes."""

from gen_ip.terms.ready import (
    AI_TRAIN,
    BUYOUT,
    COMMERCIAL,
    COMMERCIAL_REMIX,
    NC_REMIX,
    READY,
    legal_text,
    ready_bundle,
)
from gen_ip.terms.rights import Rights
from gen_ip.terms.terms import UNLIMITED, InvalidTerms, Terms

__all__ = [
    "AI_TRAIN",
    "BUYOUT",
    "COMMERCIAL",
    "COMMERCIAL_REMIX",
    "NC_REMIX",
    "READY",
    "UNLIMITED",
    "InvalidTerms",
    "Rights",
    "Terms",
    "legal_text",
    "ready_bundle",
]
