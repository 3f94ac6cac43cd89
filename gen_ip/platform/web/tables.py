"""The tables of what a site's visitors are about to sign, and have signed besides certificates.
Times are seconds since the epoch, documents JSON."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text

TABLES = MetaData()

# What waits for its creator's signature.
PREPARED = Table(
    "platform_prepared",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("creator", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("platform_prepared_of", "creator", "created"),
)

# What a creator signed once for all uploads; `asks` are the terms that licenses are offered under,
# by name, each with a token and the least price.
DELEGATIONS = Table(
    "platform_delegations",
    TABLES,
    Column("creator", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("expiry", BigInteger, nullable=False),
)

# Offers of licenses of uploads, signed.
OFFERS = Table(
    "platform_offers",
    TABLES,
    Column("key", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False),
)
