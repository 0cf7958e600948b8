-- SaveIt's first schema. Run by the owner role; the application's roles are made by `python -m backend migrate`
-- before this file and are named here by the settings saveit.app_role and saveit.worker_role.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- The tenant of the running transaction; NULL outside one, and NULL equals no row.
CREATE FUNCTION tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('saveit.restaurant_id', true), '')::uuid $$;

-- restaurants --------------------------------------------------------------------------------------------------------

CREATE TABLE restaurants (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    timezone text NOT NULL,
    config_version integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A version is never changed; the newest is the one that holds.
CREATE TABLE restaurant_configs (
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    version integer NOT NULL,
    document jsonb NOT NULL,
    changes jsonb NOT NULL DEFAULT '[]',
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (restaurant_id, version)
);

-- The tables of the newest configuration, with their state tonight. A retired table keeps its history.
CREATE TABLE tables (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    number text NOT NULL,
    capacity integer NOT NULL,
    area text NOT NULL,
    state text NOT NULL DEFAULT 'free' CHECK (state IN ('free', 'reserved', 'occupied', 'dirty', 'blocked')),
    state_since timestamptz NOT NULL DEFAULT now(),
    state_reason text,
    retired_at timestamptz
);
CREATE INDEX tables_restaurant ON tables (restaurant_id);

-- guests -------------------------------------------------------------------------------------------------------------

CREATE TABLE guests (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    name_sealed bytea,
    phone_sealed bytea,
    email_sealed bytea,
    notes_sealed bytea,
    allergies_sealed bytea,
    phone_index bytea,
    email_index bytea,
    phone_verified boolean NOT NULL DEFAULT false,
    locale text NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    no_shows integer NOT NULL DEFAULT 0,
    late_cancellations integer NOT NULL DEFAULT 0,
    visits integer NOT NULL DEFAULT 0,
    blocked_at timestamptz,
    erased_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX guests_phone ON guests (restaurant_id, phone_index) WHERE phone_index IS NOT NULL;
CREATE INDEX guests_email ON guests (restaurant_id, email_index) WHERE email_index IS NOT NULL;

CREATE TABLE consents (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    guest_id uuid NOT NULL REFERENCES guests,
    purpose text NOT NULL,
    policy_version text NOT NULL,
    channel text NOT NULL,
    given boolean NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX consents_guest ON consents (restaurant_id, guest_id);

-- reservations -------------------------------------------------------------------------------------------------------

CREATE TABLE reservations (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    code text NOT NULL,
    guest_id uuid REFERENCES guests,
    service_date date NOT NULL,
    local_time time NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    party_size integer NOT NULL CHECK (party_size > 0),
    arrived_count integer NOT NULL DEFAULT 0 CHECK (arrived_count >= 0),
    status text NOT NULL CHECK (status IN
        ('pending', 'confirmed', 'checked_in', 'seated', 'completed', 'cancelled', 'no_show', 'expired')),
    status_since timestamptz NOT NULL,
    previous_status text,
    table_ids uuid[] NOT NULL DEFAULT '{}',
    area text,
    channel text NOT NULL,
    occasion text,
    name_sealed bytea,
    notes_sealed bytea,
    requirements jsonb NOT NULL DEFAULT '{}',
    override_reason text,
    late_cancellation boolean NOT NULL DEFAULT false,
    penalty_amount numeric(10, 2),
    qr_key_id integer NOT NULL,
    qr_nonce bytea NOT NULL,
    qr_issued_at timestamptz NOT NULL,
    qr_expires_at timestamptz NOT NULL,
    rules_version integer NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    arrived_at timestamptz,
    seated_at timestamptz,
    finished_at timestamptz,
    CHECK (ends_at > starts_at)
) PARTITION BY RANGE (id);
CREATE INDEX reservations_day ON reservations (restaurant_id, service_date, local_time);
CREATE INDEX reservations_guest ON reservations (guest_id, status, service_date);
CREATE INDEX reservations_code ON reservations (restaurant_id, code);

-- Who has which table when, now and to come: one row a table and stay. The last word on double booking.
CREATE TABLE allocations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    restaurant_id uuid NOT NULL,
    service_date date NOT NULL,
    table_id uuid REFERENCES tables,
    owner_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('reservation', 'hold', 'block')),
    party_size integer NOT NULL,
    starts_at timestamptz NOT NULL,
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    details jsonb,
    expires_at timestamptz,
    CONSTRAINT allocations_no_table_twice EXCLUDE USING gist (table_id WITH =, during WITH &&)
);
CREATE INDEX allocations_day ON allocations (restaurant_id, service_date);
CREATE INDEX allocations_owner ON allocations (owner_id);
CREATE INDEX allocations_expiry ON allocations (restaurant_id, expires_at) WHERE expires_at IS NOT NULL;

-- Each scan and each arrival by hand, also the refused ones. The event id makes repeats harmless.
CREATE TABLE checkins (
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    event_id uuid NOT NULL,
    reservation_id uuid,
    device_id uuid,
    actor text NOT NULL,
    place text,
    scanned_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    arrived_count integer,
    result text NOT NULL,
    reason text NOT NULL,
    override boolean NOT NULL DEFAULT false,
    override_reason text,
    request_hash bytea NOT NULL,
    answer_sealed bytea NOT NULL,
    undone_at timestamptz,
    PRIMARY KEY (restaurant_id, event_id)
);
CREATE INDEX checkins_reservation ON checkins (restaurant_id, reservation_id);

CREATE TABLE idempotency_keys (
    restaurant_id uuid NOT NULL,
    caller text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    status integer NOT NULL,
    answer_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (restaurant_id, caller, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- What guests asked for and which gate said no.
CREATE TABLE refused_demand (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL,
    at timestamptz NOT NULL,
    service_date date,
    local_time time,
    party_size integer,
    area text,
    channel text NOT NULL,
    code text NOT NULL
);
CREATE INDEX refused_demand_day ON refused_demand (restaurant_id, service_date);

-- access -------------------------------------------------------------------------------------------------------------

CREATE TABLE staff (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    email_index bytea NOT NULL UNIQUE,
    email_sealed bytea NOT NULL,
    name_sealed bytea NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'host')),
    password_hash text NOT NULL,
    locale text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL
);
CREATE INDEX staff_restaurant ON staff (restaurant_id);

CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    staff_id uuid NOT NULL REFERENCES staff,
    family uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_staff ON refresh_tokens (staff_id);

CREATE TABLE devices (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    name text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    enrolled_at timestamptz NOT NULL,
    seen_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX devices_restaurant ON devices (restaurant_id);

CREATE TABLE enrolment_codes (
    code_hash bytea PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    uses_left integer NOT NULL CHECK (uses_left >= 0),
    expires_at timestamptz NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    kind text NOT NULL CHECK (kind IN ('publishable', 'secret')),
    key_hash bytea NOT NULL UNIQUE,
    hint text NOT NULL,
    name text NOT NULL,
    limit_per_minute integer,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX api_keys_restaurant ON api_keys (restaurant_id);

-- events, audit, work, messages --------------------------------------------------------------------------------------

-- `position` orders the events of one reservation: a later transaction on the same row draws a later number.
CREATE SEQUENCE outbox_position;
CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    position bigint NOT NULL DEFAULT nextval('outbox_position'),
    restaurant_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    data jsonb NOT NULL,
    request_id text,
    feed_sequence bigint,
    published_at timestamptz
) PARTITION BY RANGE (id);
CREATE INDEX outbox_waiting ON outbox (position) WHERE published_at IS NULL;
CREATE INDEX outbox_feed ON outbox (restaurant_id, feed_sequence) WHERE feed_sequence IS NOT NULL;

CREATE TABLE feeds (
    restaurant_id uuid PRIMARY KEY REFERENCES restaurants,
    last_sequence bigint NOT NULL DEFAULT 0
);

-- One row an event and handler: the queue of the embedded home and the inbox of both homes.
CREATE TABLE deliveries (
    event_id uuid NOT NULL,
    handler text NOT NULL,
    restaurant_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    position bigint NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    last_error text,
    done_at timestamptz,
    PRIMARY KEY (event_id, handler)
);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_order ON deliveries (handler, subject_id, position) WHERE state = 'waiting';
CREATE INDEX deliveries_dead ON deliveries (due_at) WHERE state = 'dead';

-- Scheduled work is a row with a due time.
CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    restaurant_id uuid,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'dead', 'dropped')),
    attempts integer NOT NULL DEFAULT 0,
    last_error text,
    done_at timestamptz,
    UNIQUE (kind, subject_id)
);
CREATE INDEX jobs_due ON jobs (due_at) WHERE state = 'waiting';

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    reservation_id uuid NOT NULL,
    guest_id uuid NOT NULL,
    kind text NOT NULL,
    channel text NOT NULL,
    priority integer NOT NULL,
    cause_id uuid NOT NULL,
    facts jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'skipped', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    last_error text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    UNIQUE (cause_id, kind, channel)
);
CREATE INDEX messages_due ON messages (priority, due_at) WHERE state = 'waiting';
CREATE INDEX messages_order ON messages (reservation_id, id) WHERE state = 'waiting';
CREATE INDEX messages_restaurant ON messages (restaurant_id, created_at);

CREATE TABLE message_templates (
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    kind text NOT NULL,
    language text NOT NULL,
    part text NOT NULL,
    body text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (restaurant_id, kind, language, part)
);

CREATE TABLE audit (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    before jsonb,
    after jsonb,
    reason text,
    request_id text
) PARTITION BY RANGE (id);
CREATE INDEX audit_subject ON audit (restaurant_id, subject_id);

-- conversations ------------------------------------------------------------------------------------------------------

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    channel text NOT NULL,
    session_id text NOT NULL,
    handler text NOT NULL DEFAULT 'bot' CHECK (handler IN ('bot', 'staff')),
    revision integer NOT NULL DEFAULT 0,
    state_sealed bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (restaurant_id, channel, session_id)
);

CREATE TABLE conversation_turns (
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    conversation_id uuid NOT NULL REFERENCES conversations,
    message_id text NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY,
    said_sealed bytea NOT NULL,
    answer_sealed bytea NOT NULL,
    language text NOT NULL,
    intent text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (restaurant_id, conversation_id, message_id)
);

-- the evening in figures ---------------------------------------------------------------------------------------------

CREATE TABLE daily_figures (
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    service_date date NOT NULL,
    figure text NOT NULL,
    value bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (restaurant_id, service_date, figure)
);

-- partitions ---------------------------------------------------------------------------------------------------------

-- The smallest UUIDv7 of an instant: 48 bits of milliseconds, the rest zero.
CREATE FUNCTION uuid7_floor(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Makes the monthly partitions from last month to `ahead` months from now. Run at migration and daily by the scheduler.
CREATE FUNCTION make_partitions(at timestamptz, ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parent text;
    month timestamptz;
    child text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('saveit.make_partitions'));
    FOREACH parent IN ARRAY ARRAY['reservations', 'outbox', 'audit'] LOOP
        FOR step IN -1 .. ahead LOOP
            month := date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(months => step);
            month := date_trunc('month', month AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
            child := parent || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
            IF to_regclass(child) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
                    uuid7_floor(month), uuid7_floor((month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC'));
                EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
                made := made + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;

-- Older and far newer keys (clocks that are wrong, imports) still find a home.
CREATE TABLE reservations_other PARTITION OF reservations DEFAULT;
CREATE TABLE outbox_other PARTITION OF outbox DEFAULT;
CREATE TABLE audit_other PARTITION OF audit DEFAULT;
SELECT make_partitions(now(), 3);

-- who may see what ---------------------------------------------------------------------------------------------------

DO $$
DECLARE
    app text := current_setting('saveit.app_role');
    worker text := current_setting('saveit.worker_role');
    name text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I, %I', app, worker);
    FOR name IN SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
                AND relname <> 'alembic_version' LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        CONTINUE WHEN name LIKE '%\_other' OR name ~ '_\d{4}_\d\d$';
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I, %I', name, app, worker);
        EXECUTE format('CREATE POLICY tenant_only ON %I USING (%s = (SELECT tenant())) WITH CHECK (%s = (SELECT tenant()))',
            name, CASE name WHEN 'restaurants' THEN 'id' ELSE 'restaurant_id' END,
            CASE name WHEN 'restaurants' THEN 'id' ELSE 'restaurant_id' END);
    END LOOP;

    -- History is appended to, never rewritten.
    EXECUTE format('REVOKE UPDATE, DELETE ON audit, restaurant_configs FROM %I, %I', app, worker);
    EXECUTE format('REVOKE UPDATE, DELETE ON consents FROM %I, %I', app, worker);
    EXECUTE format('REVOKE DELETE ON reservations, outbox, restaurants, tables, guests FROM %I, %I', app, worker);

    -- The worker carries everyone's post: outside a tenant's transaction it sees the plumbing of all, and nothing else of them.
    FOREACH name IN ARRAY ARRAY['outbox', 'feeds', 'deliveries', 'jobs', 'messages', 'idempotency_keys'] LOOP
        EXECUTE format('CREATE POLICY carried_by_worker ON %I TO %I USING ((SELECT tenant()) IS NULL)', name, worker);
    END LOOP;
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %I, %I', app, worker);
    EXECUTE format('REVOKE EXECUTE ON FUNCTION make_partitions(timestamptz, integer) FROM PUBLIC');
    EXECUTE format('GRANT EXECUTE ON FUNCTION make_partitions(timestamptz, integer) TO %I', worker);
END $$;

-- Look-ups that come before the tenant is known. Each answers one row for one secret or one public name, no more.

CREATE FUNCTION find_restaurant(wanted text)
    RETURNS TABLE (id uuid, slug text, name text, timezone text, config_version integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.id, r.slug, r.name, r.timezone, r.config_version FROM restaurants r
    WHERE r.slug = wanted OR r.id::text = lower(wanted)
$$;

CREATE FUNCTION list_restaurants()
    RETURNS TABLE (id uuid, slug text, name text, timezone text, config_version integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.id, r.slug, r.name, r.timezone, r.config_version FROM restaurants r ORDER BY r.created_at
$$;

CREATE FUNCTION find_api_key(hash bytea)
    RETURNS TABLE (id uuid, restaurant_id uuid, kind text, limit_per_minute integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.restaurant_id, k.kind, k.limit_per_minute FROM api_keys k
    WHERE k.key_hash = hash AND k.revoked_at IS NULL
$$;

CREATE FUNCTION find_device(hash bytea) RETURNS TABLE (id uuid, restaurant_id uuid, name text, revoked boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, d.restaurant_id, d.name, d.revoked_at IS NOT NULL FROM devices d WHERE d.token_hash = hash
$$;

CREATE FUNCTION find_enrolment(hash bytea) RETURNS TABLE (restaurant_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.restaurant_id FROM enrolment_codes e WHERE e.code_hash = hash
$$;

CREATE FUNCTION find_staff(index bytea) RETURNS TABLE (id uuid, restaurant_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.restaurant_id FROM staff s WHERE s.email_index = index
$$;

CREATE FUNCTION find_refresh_token(hash bytea) RETURNS TABLE (restaurant_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.restaurant_id FROM refresh_tokens t WHERE t.token_hash = hash
$$;
