"""What works' metadata documents say. It comes from content stores, not from the chain: a rebuild
leaves it, and it is never part of what is compared."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text

from gen_ip.index.schema.base import SCHEMA
from gen_ip.index.types import Hash

# A row for each digest that was looked for. `document` is null until it is found.
DOCUMENTS = Table(
    "documents",
    SCHEMA,
    Column("digest", Hash, primary_key=True),
    Column("document", Text),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False, index=True),
    Column("cid", Text, nullable=False, index=True),
    Column("explicit", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    # When to look again; of one that was found, or never can be, never.
    Column("again", BigInteger, index=True),
    Column("problem", Text),
)

# The words of title and tags, in one spelling.
DOCUMENT_WORDS = Table(
    "document_words",
    SCHEMA,
    Column("word", Text, primary_key=True),
    Column("digest", Hash, primary_key=True, index=True),
)

DOCUMENT_TAGS = Table(
    "document_tags",
    SCHEMA,
    Column("tag", Text, primary_key=True),
    Column("digest", Hash, primary_key=True, index=True),
)

# Other files that a document names as the same work: sha2-256.
DOCUMENT_COPIES = Table(
    "document_copies",
    SCHEMA,
    Column("sha256", Hash, primary_key=True),
    Column("digest", Hash, primary_key=True, index=True),
)
