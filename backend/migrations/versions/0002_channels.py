"""Threads over every channel: accounts, what came in, what goes out, the staff's inbox.

The statements are in `0002_channels.sql` beside this file.
"""

from contextlib import closing
from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    # The driver's own cursor: SQLAlchemy would take the % signs in the text for parameters.
    with closing(op.get_bind().connection.cursor()) as cursor:
        cursor.execute(sql)


def downgrade() -> None:
    raise RuntimeError("Migrations go forward only; restore a backup to go back (docs/operations).")
