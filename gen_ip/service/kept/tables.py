"""The tables of the operator's database. Hashes are 32 bytes, times seconds since the epoch,
works decimal numbers as text, documents JSON as it was checked. The index of the chain may lie in
the same database: no table has the name of one of its."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, LargeBinary, MetaData, Table, Text

TABLES = MetaData()

API_KEYS = Table(
    "api_keys",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created", BigInteger, nullable=False),
)

HIDDEN = Table(
    "hidden",
    TABLES,
    Column("work", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
)

PERMITS = Table(
    "use_permits",
    TABLES,
    Column("hash", LargeBinary, primary_key=True),
    Column("work", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("expiry", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
    Index("use_permits_of", "work", "account"),
)

REVOCATIONS = Table(
    "permit_revocations",
    TABLES,
    Column("hash", LargeBinary, primary_key=True),
    Column("permit", LargeBinary, nullable=False, index=True),
    Column("document", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
)

OFFERS = Table(
    "signed_offers",
    TABLES,
    Column("hash", LargeBinary, primary_key=True),
    Column("maker", Text, nullable=False, index=True),
    Column("taker", Text, nullable=False, index=True),
    Column("deadline", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
)

# An offer may be for several works.
OFFERED = Table(
    "offered_works",
    TABLES,
    Column("work", Text, primary_key=True),
    Column("offer", LargeBinary, primary_key=True),
)

PROFILES = Table(
    "profiles",
    TABLES,
    Column("account", Text, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("document", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
)

# What the domain of a profile said of its account, and when (not asked yet: null).
DOMAIN_PROOFS = Table(
    "domain_proofs",
    TABLES,
    Column("account", Text, primary_key=True),
    Column("domain", Text, nullable=False, index=True),
    Column("proof", Text),
    Column("checked", BigInteger),
)

# Domains that profiles name: when each was asked last, how often in vain, and when to ask again.
DOMAINS = Table(
    "named_domains",
    TABLES,
    Column("domain", Text, primary_key=True),
    Column("asked", BigInteger),
    Column("tries", BigInteger, nullable=False),
    Column("again", BigInteger, nullable=False, index=True),
)

STATEMENTS = Table(
    "signed_verdicts",
    TABLES,
    Column("hash", LargeBinary, primary_key=True),
    Column("document", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
)

# Works that were tried for the match index: what was wrong, and when to try again (never: null).
FED = Table(
    "fed_works",
    TABLES,
    Column("work", Text, primary_key=True),
    Column("tries", BigInteger, nullable=False),
    Column("problem", Text),
    Column("again", BigInteger, index=True),
)

# Works that were like another one, `work`, when they came to the match index; `account` owned that.
SIMILAR = Table(
    "similar_works",
    TABLES,
    Column("work", Text, primary_key=True),
    Column("by", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("time", BigInteger, nullable=False),
    Index("similar_works_of", "account", "time"),
)

# Who is told what waits for an account; `secret` signs what is sent.
WEBHOOKS = Table(
    "webhooks",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("again", BigInteger, nullable=False, index=True),
)

# What a hook is told, where that is not all of the inbox: kinds, separated by spaces; and the
# blocks behind which, and up to which, the index was read for what happens to works.
WEBHOOK_KINDS = Table(
    "webhook_kinds",
    TABLES,
    Column("hook", Text, primary_key=True),
    Column("kinds", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("block", BigInteger, nullable=False),
)

# What is told, in its order; `state`: pending, delivered, dead. `open`: whether a reorganization
# could still take it back.
DELIVERIES = Table(
    "webhook_deliveries",
    TABLES,
    Column("hook", Text, primary_key=True),
    Column("entry", Text, primary_key=True),
    Column("place", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", BigInteger, nullable=False),
    Column("problem", Text),
    Column("told", BigInteger),
    Column("open", BigInteger, nullable=False),
    Index("webhook_deliveries_of", "hook", "place"),
)
