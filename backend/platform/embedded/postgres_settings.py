"""The settings of the embedded PostgreSQL, each with its reason. Called by `postgres.py` at every start,
which overwrites the files.

Sized for a small machine that also runs everything else. Whoever wants other values writes them into
`local.conf` in the server's folder.
"""

from __future__ import annotations

from pathlib import Path

# name: (value, reason)
_ALWAYS = {
    "listen_addresses": ("''", "no network: the socket's folder is closed to everyone but us"),
    "max_connections": ("60", "two web processes and a worker with pools of 8, and room for a person's psql"),
    "shared_buffers": ("64MB", "the working set of one restaurant is smaller"),
    "work_mem": ("4MB", "sorts are of a day's bookings"),
    "maintenance_work_mem": ("32MB", "index builds and vacuum of small tables"),
    "effective_cache_size": ("512MB", "what the system's own cache will hold"),
    "random_page_cost": ("1.1", "solid-state disks, or all in memory"),
    "jit": ("off", "statements here take less time than compiling them"),
    "max_parallel_workers_per_gather": ("0", "two cores are for two guests at once, not for one report"),
    "io_method": (
        "sync",
        "saves the processes of the asynchronous reader, which a cached database does not need",
    ),
    "max_logical_replication_workers": ("0", "nobody replicates from here; one process less"),
    "wal_compression": ("on", "less to write; the wheel has no lz4"),
    "min_wal_size": ("32MB", "a small disk"),
    "max_wal_size": ("512MB", "checkpoints by time, not in the middle of a rush"),
    "checkpoint_timeout": ("15min", "the same"),
    "autovacuum": ("on", "held and expired rows come and go all evening"),
    "timezone": ("'UTC'", "instants are UTC everywhere; zones belong to restaurants"),
    "log_timezone": ("'UTC'", "the same"),
    "log_destination": ("'stderr'", "the supervisor keeps the file and its size"),
    "log_min_error_statement": ("panic", "a statement in the log could carry a guest's name"),
    "log_error_verbosity": ("terse", "DETAIL lines quote values of rows"),
    "log_checkpoints": ("off", "calm logs"),
}
_DURABLE = {
    "fsync": ("on", "a booking that was answered is on the disk"),
    "synchronous_commit": ("on", "the same"),
    "full_page_writes": ("on", "the same, when the power fails in the middle of a page"),
}
# For throwaway servers of tests. A killed process loses nothing even so, only a crashed machine would.
_FAST = {
    "fsync": ("off", "a throwaway server"),
    "synchronous_commit": ("off", "a throwaway server"),
    "full_page_writes": ("off", "a throwaway server"),
    "max_connections": ("300", "one server carries hundreds of tests, each with processes of its own"),
}


def server_settings(sockets: Path, port: int, *, durable: bool) -> str:
    """The text of `postgresql.conf`."""
    folder = str(sockets).replace("'", "''")
    lines = ["# Written by SaveIt at every start. Your own values go into local.conf beside this file."]
    lines += [f"unix_socket_directories = '{folder}'", "unix_socket_permissions = 0700", f"port = {port}"]
    for name, (value, reason) in {**_ALWAYS, **(_DURABLE if durable else _FAST)}.items():
        lines.append(f"{name} = {value}  # {reason}")
    return "\n".join([*lines, "include_if_exists = 'local.conf'", ""])


def client_rules() -> str:
    """The text of `pg_hba.conf`: a password on the socket, nothing else."""
    return "# Written by SaveIt at every start.\nlocal all all scram-sha-256\n"
