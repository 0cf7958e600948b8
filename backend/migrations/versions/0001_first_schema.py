"""The first schema: tenants, reservations, allocations, guests, access, events, messages; row-level security everywhere.

The statements are in `0001_first_schema.sql` beside this file, where an editor colours them and psql can run them.
"""

from contextlib import closing
from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    # The driver's own cursor: SQLAlchemy would take the % signs in the text for parameters.
    with closing(op.get_bind().connection.cursor()) as cursor:
        cursor.execute(sql)


def downgrade() -> None:
    raise RuntimeError("Migrations go forward only; restore a backup to go back (docs/operations).")
