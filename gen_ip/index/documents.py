"""Metadata documents of the works in the index, fetched through the operator's store.

A document counts only where its bytes have the digest on chain and speak of the certified bytes.
Nothing that a document names is fetched.
"""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import sqlalchemy as sql

from gen_ip import databases
from gen_ip.content.metadata import Metadata
from gen_ip.content.store import Store
from gen_ip.errors import MetadataError, StoreError
from gen_ip.index.database import Database
from gen_ip.index.schema.documents import (
    DOCUMENT_COPIES,
    DOCUMENT_TAGS,
    DOCUMENT_WORDS,
    DOCUMENTS,
)
from gen_ip.index.schema.works import WORKS
from gen_ip.works.documents import fetch

_PAUSES = (10, 60, 600, 3_600, 6 * 3_600, 86_400)
_SECONDS = 10.0
_WORD = re.compile(r"\w+")
_MOST_WORDS, _MOST_TAGS, _MOST_COPIES = 64, 64, 64
_LONGEST = 64


class Fetched(NamedTuple):
    """What a round did: how many documents it found, and how many it did not."""

    found: int
    missing: int


def fetch_missing(
    database: Database,
    store: Store,
    most: int = 100,
    *,
    enough: Callable[[], bool] = lambda: False,
) -> Fetched:
    """One round over documents that are due: those of new works, then those not found before.

    A document that nobody serves takes 10 seconds; `enough` is asked before each.

    Raises:
        ChainIndexUnavailable: the database refuses.
    """
    now = int(time.time())
    with database.reading() as connection:
        due = connection.execute(
            sql.select(WORKS.c.metadata, WORKS.c.content_hash, DOCUMENTS.c.tries)
            .select_from(WORKS.outerjoin(DOCUMENTS, DOCUMENTS.c.digest == WORKS.c.metadata))
            .where(sql.or_(DOCUMENTS.c.digest.is_(None), DOCUMENTS.c.again <= now))
            .order_by(WORKS.c.claimed)
            .limit(most)
        ).all()
    found = missing = 0
    # Of works that share a document, the earliest is the one that it must speak of.
    first = {row.metadata: row for row in reversed(due)}
    for digest, content_hash, tries in first.values():
        if enough():
            break
        row, document = _looked(store, digest, content_hash, tries or 0, now)
        _keep(database, row, document)
        found += document is not None
        missing += document is None
    return Fetched(found, missing)


def words(text: str) -> list[str]:
    """The words of a text in one spelling: NFKC, folded, without marks that only decorate."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(each for each in folded if not unicodedata.combining(each))
    found = _WORD.findall(unicodedata.normalize("NFKC", bare))
    return list(dict.fromkeys(word[:_LONGEST] for word in found))


def _looked(
    store: Store, digest: bytes, content_hash: bytes, tries: int, now: int
) -> tuple[dict[str, Any], Metadata | None]:
    empty = {"digest": digest, "document": None, "title": "", "kind": "", "cid": ""}
    state = {"explicit": False, "tries": tries + 1, "again": None, "problem": None}
    try:
        document = fetch(store, digest, content_hash, _SECONDS)
    except MetadataError as error:
        # Its bytes will not change.
        return {**empty, **state, "problem": str(error)}, None
    except StoreError as error:
        again = now + _PAUSES[min(tries, len(_PAUSES) - 1)]
        return {**empty, **state, "again": again, "problem": str(error)}, None
    part = document["gen_ip"]
    return {
        **state,
        "digest": digest,
        "document": json.dumps(document, ensure_ascii=False, separators=(",", ":")),
        "title": document["name"],
        "kind": part["kind"],
        "cid": part["content"]["cid"],
        "explicit": "nsfw" in _tags(document),
    }, document


def _keep(database: Database, row: dict[str, Any], document: Metadata | None) -> None:
    digest = row["digest"]
    with database.writing() as connection:
        connection.execute(databases.upsert(database.engine, DOCUMENTS), row)
        if document is None:
            return
        tags = _tags(document)
        said = words(" ".join([document["name"], *tags]))[:_MOST_WORDS]
        copies = [bytes.fromhex(each["sha256"]) for each in document["gen_ip"].get("copies", ())]
        for table, column, values in (
            (DOCUMENT_WORDS, "word", said),
            (DOCUMENT_TAGS, "tag", tags[:_MOST_TAGS]),
            (DOCUMENT_COPIES, "sha256", copies[:_MOST_COPIES]),
        ):
            _put(connection, database, table, [{column: v, "digest": digest} for v in values])


def _put(
    connection: sql.Connection, database: Database, table: sql.Table, rows: list[dict[str, Any]]
) -> None:
    if rows:
        connection.execute(databases.upsert(database.engine, table), rows)


def _tags(document: Metadata) -> list[str]:
    """The tags among the attributes: what stands beside `Tag`, in one spelling."""
    found: Iterable[Any] = document.get("attributes", ())
    tags = [
        str(each["value"]).casefold().strip()[:_LONGEST]
        for each in found
        if str(each.get("trait_type", "")).casefold() in ("tag", "tags")
    ]
    return list(dict.fromkeys(tag for tag in tags if tag))
