-- The host app's local database. Personal columns are sealed; times are ISO 8601 with offset; ids are text.

CREATE TABLE IF NOT EXISTS facts (
    name text PRIMARY KEY,
    sealed blob NOT NULL
);

CREATE TABLE IF NOT EXISTS days (
    service_date text PRIMARY KEY,
    fetched_at text NOT NULL,
    revoked text NOT NULL
);

CREATE TABLE IF NOT EXISTS parties (
    id text PRIMARY KEY,
    service_date text NOT NULL,
    version integer NOT NULL,
    sealed blob NOT NULL
);

CREATE TABLE IF NOT EXISTS day_keys (
    service_date text NOT NULL,
    key_id integer NOT NULL,
    sealed blob NOT NULL,
    PRIMARY KEY (service_date, key_id)
);

-- What staff did on this device, in its order. Only ever added to; what became of an act is another row.
CREATE TABLE IF NOT EXISTS acts (
    seq integer PRIMARY KEY AUTOINCREMENT,
    event_id text NOT NULL UNIQUE,
    kind text NOT NULL,
    body text NOT NULL
);

CREATE TABLE IF NOT EXISTS receipts (
    number integer PRIMARY KEY AUTOINCREMENT,
    event_id text NOT NULL REFERENCES acts (event_id),
    at text NOT NULL,
    result text NOT NULL CHECK (result IN ('ok', 'already', 'refused', 'set_aside')),
    reason text NOT NULL
);
CREATE INDEX IF NOT EXISTS receipts_event ON receipts (event_id);

CREATE TRIGGER IF NOT EXISTS acts_are_kept BEFORE DELETE ON acts BEGIN SELECT RAISE(ABORT, 'acts are never removed'); END;
CREATE TRIGGER IF NOT EXISTS acts_are_fixed BEFORE UPDATE ON acts BEGIN SELECT RAISE(ABORT, 'acts are never changed'); END;
CREATE TRIGGER IF NOT EXISTS receipts_are_kept BEFORE DELETE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts are never removed'); END;
CREATE TRIGGER IF NOT EXISTS receipts_are_fixed BEFORE UPDATE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts are never changed'); END;
