"""The first schema: tenants, reservations, allocations, guests, access, events, messages; row-level security everywhere.

The statements are in `0001_first_schema.sql` beside this file, where an editor colours them and psql can run them.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    with connection.connection.cursor() as cursor:
        cursor.execute(sql)


def downgrade() -> None:
    raise RuntimeError("Migrations go forward only; restore a backup to go back (docs/operations).")
