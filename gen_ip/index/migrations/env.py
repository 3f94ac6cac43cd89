"""What alembic runs: on the connection that `gen_ip.index.making` hands over."""

from alembic import context

from gen_ip.index.schema import SCHEMA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SCHEMA,
    version_table="schema_version",
    # SQLite cannot change a table in place.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
