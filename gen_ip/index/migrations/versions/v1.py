"""All tables of the first version."""

import sqlalchemy as sa
from alembic import op

from gen_ip.index import types

revision = "1"
down_revision = None


def upgrade() -> None:
    """Makes them."""
    op.create_table(
        "accounts",
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("token", types.Address(), nullable=False),
        sa.Column("direct", types.Amount(), nullable=False),
        sa.Column("royalties", types.Amount(), nullable=False),
        sa.Column("drawn", types.Amount(), nullable=False),
        sa.Column("credit", types.Amount(), nullable=False),
        sa.Column("net_phase", sa.Integer(), nullable=False),
        sa.Column("income", types.Amount(), nullable=False),
        sa.Column("income_phase", sa.Integer(), nullable=False),
        sa.Column("volume", types.Amount(), nullable=False),
        sa.Column("volume_phase", sa.Integer(), nullable=False),
        sa.Column("shared", sa.Integer(), nullable=False),
        sa.Column("sharing", sa.Integer(), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("work", "token", name=op.f("accounts_key")),
    )
    op.create_table(
        "anchors",
        sa.Column("root", types.Hash(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("root", name=op.f("anchors_key")),
    )
    op.create_table(
        "balances",
        sa.Column("account", types.Address(), nullable=False),
        sa.Column("token", types.Address(), nullable=False),
        sa.Column("amount", types.Amount(), nullable=False),
        sa.PrimaryKeyConstraint("account", "token", name=op.f("balances_key")),
    )
    op.create_table(
        "blocks",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", types.Hash(), nullable=False),
        sa.Column("parent", types.Hash(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("blocks_key")),
    )
    op.create_table(
        "cancellations",
        sa.Column("offer", types.Hash(), nullable=False),
        sa.Column("maker", types.Address(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("offer", name=op.f("cancellations_key")),
    )
    op.create_table(
        "certificate_transfers",
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("from_account", types.Address(), nullable=False),
        sa.Column("to_account", types.Address(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", "log_index", name=op.f("certificate_transfers_key")),
    )
    op.create_index(
        op.f("certificate_transfers_by_work"), "certificate_transfers", ["work"], unique=False
    )
    op.create_table(
        "counters",
        sa.Column("maker", types.Address(), nullable=False),
        sa.Column("counter", types.Amount(), nullable=False),
        sa.PrimaryKeyConstraint("maker", name=op.f("counters_key")),
    )
    op.create_table(
        "cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("registry", types.Address(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("block", sa.BigInteger(), nullable=False),
        sa.Column("hash", types.Hash(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("safe", sa.BigInteger(), nullable=False),
        sa.Column("final", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("cursor_key")),
    )
    op.create_table(
        "deals",
        sa.Column("hash", types.Hash(), nullable=False),
        sa.Column("offer", types.Hash(), nullable=False),
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("buyer", types.Address(), nullable=False),
        sa.Column("seller", types.Address(), nullable=False),
        sa.Column("token", types.Address(), nullable=False),
        sa.Column("amount", types.Amount(), nullable=False),
        sa.Column("deliver_by", types.Amount(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("evidence", types.Hash(), nullable=True),
        sa.Column("challenge_until", types.Amount(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("first_license", types.Amount(), nullable=False),
        sa.Column("challenged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("deals_key")),
    )
    op.create_index(op.f("deals_by_buyer"), "deals", ["buyer"], unique=False)
    op.create_index(op.f("deals_by_seller"), "deals", ["seller"], unique=False)
    op.create_index(op.f("deals_by_work"), "deals", ["work"], unique=False)
    op.create_table(
        "delegations",
        sa.Column("hash", types.Hash(), nullable=False),
        sa.Column("used", types.Amount(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("delegations_key")),
    )
    op.create_table(
        "document_copies",
        sa.Column("sha256", types.Hash(), nullable=False),
        sa.Column("digest", types.Hash(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "digest", name=op.f("document_copies_key")),
    )
    op.create_index(op.f("document_copies_by_digest"), "document_copies", ["digest"], unique=False)
    op.create_table(
        "document_tags",
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("digest", types.Hash(), nullable=False),
        sa.PrimaryKeyConstraint("tag", "digest", name=op.f("document_tags_key")),
    )
    op.create_index(op.f("document_tags_by_digest"), "document_tags", ["digest"], unique=False)
    op.create_table(
        "document_words",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("digest", types.Hash(), nullable=False),
        sa.PrimaryKeyConstraint("word", "digest", name=op.f("document_words_key")),
    )
    op.create_index(op.f("document_words_by_digest"), "document_words", ["digest"], unique=False)
    op.create_table(
        "documents",
        sa.Column("digest", types.Hash(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cid", sa.Text(), nullable=False),
        sa.Column("explicit", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("again", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("documents_key")),
    )
    op.create_index(op.f("documents_by_again"), "documents", ["again"], unique=False)
    op.create_index(op.f("documents_by_cid"), "documents", ["cid"], unique=False)
    op.create_index(op.f("documents_by_kind"), "documents", ["kind"], unique=False)
    op.create_table(
        "edges",
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parent", types.Work(), nullable=False),
        sa.Column("license", types.Amount(), nullable=False),
        sa.Column("income", sa.Integer(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("work", "place", name=op.f("edges_key")),
    )
    op.create_index(op.f("edges_by_parent"), "edges", ["parent"], unique=False)
    op.create_table(
        "encumbrances",
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("item", types.Hash(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", "log_index", name=op.f("encumbrances_key")),
    )
    op.create_index(op.f("encumbrances_by_work"), "encumbrances", ["work"], unique=False)
    op.create_table(
        "fees",
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("token", types.Address(), nullable=False),
        sa.Column("to_account", types.Address(), nullable=False),
        sa.Column("amount", types.Amount(), nullable=False),
        sa.Column("tx_hash", types.Hash(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", "log_index", name=op.f("fees_key")),
    )
    op.create_index(op.f("fees_by_tx_hash"), "fees", ["tx_hash"], unique=False)
    op.create_index(op.f("fees_by_work"), "fees", ["work"], unique=False)
    op.create_table(
        "fills",
        sa.Column("offer", types.Hash(), nullable=False),
        sa.Column("count", types.Amount(), nullable=False),
        sa.PrimaryKeyConstraint("offer", name=op.f("fills_key")),
    )
    op.create_table(
        "flows",
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("parent", types.Work(), nullable=False),
        sa.Column("token", types.Address(), nullable=False),
        sa.Column("amount", types.Amount(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", "log_index", "place", name=op.f("flows_key")),
    )
    op.create_index(op.f("flows_by_parent_block"), "flows", ["parent", "block"], unique=False)
    op.create_index(op.f("flows_by_work_block"), "flows", ["work", "block"], unique=False)
    op.create_table(
        "lease",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("lease_key")),
    )
    op.create_table(
        "licenses",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("terms_hash", types.Hash(), nullable=False),
        sa.Column("grants", sa.Integer(), nullable=False),
        sa.Column("licensee", types.Address(), nullable=False),
        sa.Column("holder", types.Address(), nullable=False),
        sa.Column("held_since", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("licenses_key")),
    )
    op.create_index(op.f("licenses_by_holder"), "licenses", ["holder"], unique=False)
    op.create_index(op.f("licenses_by_work"), "licenses", ["work"], unique=False)
    op.create_table(
        "logs",
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", types.Hash(), nullable=False),
        sa.Column("address", types.Address(), nullable=False),
        sa.Column("topics", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("block", "log_index", name=op.f("logs_key")),
    )
    op.create_table(
        "markets",
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("market", types.Address(), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("work", "market", name=op.f("markets_key")),
    )
    op.create_table(
        "metadata_versions",
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("metadata", types.Hash(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("work", "version", name=op.f("metadata_versions_key")),
    )
    op.create_table(
        "nodes",
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("rel", sa.Integer(), nullable=False),
        sa.Column("vol", sa.Integer(), nullable=False),
        sa.Column("parents", sa.Integer(), nullable=False),
        sa.Column("payees", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("work", name=op.f("nodes_key")),
    )
    op.create_table(
        "offers",
        sa.Column("hash", types.Hash(), nullable=False),
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("maker", types.Address(), nullable=False),
        sa.Column("taker", types.Address(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("terms_hash", types.Hash(), nullable=False),
        sa.Column("token", types.Address(), nullable=False),
        sa.Column("price", types.Amount(), nullable=False),
        sa.Column("quantity", types.Amount(), nullable=False),
        sa.Column("counter", types.Amount(), nullable=False),
        sa.Column("counter_to", types.Hash(), nullable=False),
        sa.Column("transfers", types.Amount(), nullable=False),
        sa.Column("valid_from", types.Amount(), nullable=False),
        sa.Column("deadline", types.Amount(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("posted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("offers_key")),
    )
    op.create_index(op.f("offers_by_maker"), "offers", ["maker"], unique=False)
    op.create_index(op.f("offers_by_taker"), "offers", ["taker"], unique=False)
    op.create_index(
        op.f("offers_by_work_kind_price"), "offers", ["work", "kind", "price"], unique=False
    )
    op.create_table(
        "payees",
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("payee", types.Address(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("work", "place", name=op.f("payees_key")),
    )
    op.create_index(op.f("payees_by_payee"), "payees", ["payee"], unique=False)
    op.create_table(
        "payments",
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("token", types.Address(), nullable=False),
        sa.Column("payer", types.Address(), nullable=False),
        sa.Column("amount", types.Amount(), nullable=False),
        sa.Column("tx_hash", types.Hash(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", "log_index", name=op.f("payments_key")),
    )
    op.create_index(op.f("payments_by_tx_hash"), "payments", ["tx_hash"], unique=False)
    op.create_index(op.f("payments_by_work_block"), "payments", ["work", "block"], unique=False)
    op.create_table(
        "payout_addresses",
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("owner", types.Address(), nullable=False),
        sa.Column("payout", types.Address(), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("work", name=op.f("payout_addresses_key")),
    )
    op.create_table(
        "payouts",
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("work", types.Work(), nullable=True),
        sa.Column("account", types.Address(), nullable=False),
        sa.Column("to_account", types.Address(), nullable=False),
        sa.Column("token", types.Address(), nullable=False),
        sa.Column("amount", types.Amount(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", "log_index", name=op.f("payouts_key")),
    )
    op.create_index(op.f("payouts_by_account"), "payouts", ["account"], unique=False)
    op.create_table(
        "relations",
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("earlier", types.Work(), nullable=False),
        sa.Column("later", types.Work(), nullable=False),
        sa.Column("evidence", types.Hash(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", "log_index", name=op.f("relations_key")),
    )
    op.create_index(op.f("relations_by_earlier"), "relations", ["earlier"], unique=False)
    op.create_index(op.f("relations_by_later"), "relations", ["later"], unique=False)
    op.create_table(
        "revocations",
        sa.Column("signer", types.Address(), nullable=False),
        sa.Column("struct_hash", types.Hash(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("signer", "struct_hash", name=op.f("revocations_key")),
    )
    op.create_table(
        "sales",
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offer", types.Hash(), nullable=False),
        sa.Column("work", types.Work(), nullable=False),
        sa.Column("maker", types.Address(), nullable=False),
        sa.Column("seller", types.Address(), nullable=False),
        sa.Column("buyer", types.Address(), nullable=False),
        sa.Column("recipient", types.Address(), nullable=False),
        sa.Column("first_license", types.Amount(), nullable=False),
        sa.Column("licenses", types.Amount(), nullable=False),
        sa.Column("paid", types.Amount(), nullable=False),
        sa.Column("tx_hash", types.Hash(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block", "log_index", name=op.f("sales_key")),
    )
    op.create_index(op.f("sales_by_buyer"), "sales", ["buyer"], unique=False)
    op.create_index(op.f("sales_by_offer"), "sales", ["offer"], unique=False)
    op.create_index(op.f("sales_by_seller"), "sales", ["seller"], unique=False)
    op.create_index(op.f("sales_by_work"), "sales", ["work"], unique=False)
    op.create_table(
        "terms",
        sa.Column("hash", types.Hash(), nullable=False),
        sa.Column("grants", sa.Integer(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("income", sa.Integer(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("duration", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("legal", types.Hash(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("terms_key")),
    )
    op.create_index(op.f("terms_by_grants"), "terms", ["grants"], unique=False)
    op.create_table(
        "undo",
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("table", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("block", "place", name=op.f("undo_key")),
    )
    op.create_table(
        "works",
        sa.Column("id", types.Work(), nullable=False),
        sa.Column("creator", types.Address(), nullable=False),
        sa.Column("owner", types.Address(), nullable=False),
        sa.Column("owned_since", sa.BigInteger(), nullable=False),
        sa.Column("moved_from", types.Address(), nullable=False),
        sa.Column("moved_in", types.Hash(), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("content_hash", types.Hash(), nullable=False),
        sa.Column("metadata", types.Hash(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.BigInteger(), nullable=False),
        sa.Column("claimed_in", sa.BigInteger(), nullable=False),
        sa.Column("certified", sa.BigInteger(), nullable=False),
        sa.Column("block", sa.BigInteger(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("arbiter", types.Address(), nullable=True),
        sa.Column("powers", sa.Integer(), nullable=False),
        sa.Column("lien_cap", sa.Integer(), nullable=False),
        sa.Column("encumbrance", types.Hash(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("works_key")),
    )
    op.create_index(op.f("works_by_claimed_id"), "works", ["claimed", "id"], unique=False)
    op.create_index(op.f("works_by_content_hash"), "works", ["content_hash"], unique=False)
    op.create_index(op.f("works_by_creator"), "works", ["creator"], unique=False)
    op.create_index(op.f("works_by_metadata"), "works", ["metadata"], unique=False)
    op.create_index(op.f("works_by_owner"), "works", ["owner"], unique=False)
