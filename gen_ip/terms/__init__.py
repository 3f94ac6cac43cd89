"""License terms: what a licensee may and must do, and what a derivative owes."""

from gen_ip.terms.ready import COMMERCIAL, COMMERCIAL_REMIX, NC_REMIX, READY, legal_text
from gen_ip.terms.rights import Rights
from gen_ip.terms.terms import UNLIMITED, InvalidTerms, Terms

__all__ = [
    "COMMERCIAL",
    "COMMERCIAL_REMIX",
    "NC_REMIX",
    "READY",
    "UNLIMITED",
    "InvalidTerms",
    "Rights",
    "Terms",
    "legal_text",
]
