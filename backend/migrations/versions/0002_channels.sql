-- Threads over every channel: who writes from where, what came in and waits to be worked on, what goes out.

ALTER TABLE conversations
    ADD COLUMN address_sealed bytea,      -- how the channel reaches the guest; NULL on the web, where they fetch
    ADD COLUMN name_sealed bytea,         -- what the channel or the guest calls themselves
    ADD COLUMN guest_index bytea,         -- blind index of the address, for erasure
    ADD COLUMN language text,
    ADD COLUMN reason text,               -- why the staff has it
    ADD COLUMN handed_over_at timestamptz,
    ADD COLUMN taken_at timestamptz,      -- since then a person of the team speaks, and the assistant says nothing at all
    ADD COLUMN heard_at timestamptz,      -- the guest's last message: providers answer freely for a day after it
    ADD COLUMN unread integer NOT NULL DEFAULT 0 CHECK (unread >= 0),
    ADD COLUMN known_as bytea[] NOT NULL DEFAULT '{}',         -- blind indexes of phones and addresses told here, for erasure
    ADD COLUMN reservation_ids uuid[] NOT NULL DEFAULT '{}',   -- booked here
    ADD COLUMN stopped_at timestamptz;    -- the guest wants no messages that they did not ask for
CREATE INDEX conversations_inbox ON conversations (restaurant_id, handed_over_at) WHERE handler = 'staff';
CREATE INDEX conversations_guest ON conversations (restaurant_id, guest_index);

CREATE INDEX conversations_recent ON conversations (restaurant_id, updated_at, id);

-- A turn's own name: a channel's name of a message may say who sent it.
ALTER TABLE conversation_turns ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE INDEX conversation_turns_order ON conversation_turns (restaurant_id, conversation_id, position);

-- What an answer kept for repeats is about, so that an erasure finds it.
ALTER TABLE idempotency_keys ADD COLUMN subject_id uuid;

-- From which sites' pages a publishable key may be used; none named: from all.
ALTER TABLE api_keys ADD COLUMN origins text[] NOT NULL DEFAULT '{}';
DROP FUNCTION find_api_key(bytea);
CREATE FUNCTION find_api_key(hash bytea)
    RETURNS TABLE (id uuid, restaurant_id uuid, kind text, limit_per_minute integer, origins text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.restaurant_id, k.kind, k.limit_per_minute, k.origins FROM api_keys k
    WHERE k.key_hash = hash AND k.revoked_at IS NULL
$$;

-- One account of a provider belongs to one restaurant: a number, a page, a mail address.
CREATE TABLE channel_accounts (
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    channel text NOT NULL CHECK (channel IN ('whatsapp', 'instagram', 'email', 'sms')),
    account text NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    secrets_sealed bytea,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (restaurant_id, channel),
    UNIQUE (channel, account)
);

-- What came in: kept before the provider is answered, worked on by the worker, once a message id.
CREATE TABLE inbound_messages (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    channel text NOT NULL,
    session_id text NOT NULL,
    message_id text NOT NULL,
    body_sealed bytea NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    last_error text,
    said_at timestamptz NOT NULL,         -- by the provider's clock, not after ours: the order within a thread
    received_at timestamptz NOT NULL,
    done_at timestamptz,
    UNIQUE (restaurant_id, channel, message_id)
);
CREATE INDEX inbound_due ON inbound_messages (due_at) WHERE state = 'waiting';
CREATE INDEX inbound_order ON inbound_messages (restaurant_id, channel, session_id, said_at, id) WHERE state = 'waiting';
CREATE INDEX inbound_done ON inbound_messages (restaurant_id, done_at) WHERE done_at IS NOT NULL;
CREATE INDEX inbound_lately ON inbound_messages (restaurant_id, channel, received_at);

-- How far a mailbox was read, and until when one worker has it. `mailbox` is a digest of where it is.
CREATE TABLE mail_positions (
    mailbox text PRIMARY KEY,
    uid_validity bigint,
    uid bigint,
    leased_until timestamptz,
    checked_at timestamptz
);

-- What goes out in a thread: the assistant's answers on channels that do not fetch, the staff's on all of them.
CREATE TABLE outbound_messages (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    conversation_id uuid NOT NULL REFERENCES conversations,
    channel text NOT NULL,
    author text NOT NULL CHECK (author IN ('assistant', 'staff')),
    staff_id uuid,
    cause text NOT NULL,                  -- the message it answers, or the staff's own id of it: twice is once
    position integer NOT NULL,
    place bigint NOT NULL DEFAULT nextval('conversation_turns_position_seq'),   -- among the turns of its conversation
    body_sealed bytea NOT NULL,
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sending', 'sent', 'delivered', 'read', 'failed', 'dead')),
    taken_at timestamptz,                 -- when it was last handed to the provider: 'sending' and long ago is in doubt
    parts_sent integer NOT NULL DEFAULT 0,   -- a message that a channel sends in pieces goes on where it stopped
    provider_id text,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    last_error text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    UNIQUE (conversation_id, cause, position)
);
CREATE INDEX outbound_due ON outbound_messages (due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX outbound_order ON outbound_messages (restaurant_id, conversation_id, place);
CREATE INDEX outbound_provider ON outbound_messages (restaurant_id, channel, provider_id) WHERE provider_id IS NOT NULL;

-- A booking's message as its provider knows it, for the states that come back.
ALTER TABLE messages
    ADD COLUMN provider_id text,
    ADD COLUMN taken_at timestamptz,
    ADD COLUMN delivered_at timestamptz,
    ADD COLUMN read_at timestamptz;
-- A message is about a booking, or tells somebody who waits that a table came free.
ALTER TABLE messages
    ALTER COLUMN reservation_id DROP NOT NULL,
    ADD COLUMN waitlist_entry_id uuid,
    ADD CONSTRAINT messages_about CHECK (num_nonnulls(reservation_id, waitlist_entry_id) = 1);
ALTER TABLE messages DROP CONSTRAINT messages_state_check;
ALTER TABLE messages ADD CONSTRAINT messages_state_check
    CHECK (state IN ('waiting', 'sending', 'sent', 'delivered', 'read', 'skipped', 'failed', 'dead'));
CREATE INDEX messages_doubt ON messages (taken_at) WHERE state = 'sending';
CREATE INDEX messages_provider ON messages (restaurant_id, channel, provider_id) WHERE provider_id IS NOT NULL;

-- What a guest says of a booking before they come: when they will be here, and that they will.
ALTER TABLE reservations
    ADD COLUMN eta_at timestamptz,
    ADD COLUMN guest_confirmed_at timestamptz;

-- Who would come if a table came free. `offered_at` is when a fitting one last did.
CREATE TABLE waitlist_entries (
    id uuid PRIMARY KEY,
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    service_date date NOT NULL,
    local_time time NOT NULL,
    party_size integer NOT NULL CHECK (party_size > 0),
    area text,
    guest_id uuid NOT NULL REFERENCES guests,
    name_sealed bytea,
    channel text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'notified', 'seated', 'cancelled')),
    offered_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX waitlist_day ON waitlist_entries (restaurant_id, service_date, created_at);
CREATE UNIQUE INDEX waitlist_once ON waitlist_entries (restaurant_id, guest_id, service_date, local_time)
    WHERE state IN ('waiting', 'notified');
CREATE INDEX waitlist_guest ON waitlist_entries (restaurant_id, guest_id);

-- Who wants nothing more from a number of the restaurant: said to us, or to the provider, which then refuses to send.
CREATE TABLE channel_stops (
    restaurant_id uuid NOT NULL REFERENCES restaurants,
    channel text NOT NULL,
    guest_index bytea NOT NULL,
    why text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (restaurant_id, channel, guest_index)
);

DO $$
DECLARE
    app text := current_setting('saveit.app_role');
    worker text := current_setting('saveit.worker_role');
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['channel_accounts', 'inbound_messages', 'outbound_messages', 'waitlist_entries', 'channel_stops'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I, %I', name, app, worker);
        EXECUTE format('CREATE POLICY tenant_only ON %I USING (restaurant_id = (SELECT tenant())) '
                       'WITH CHECK (restaurant_id = (SELECT tenant()))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['inbound_messages', 'outbound_messages'] LOOP
        EXECUTE format('CREATE POLICY carried_by_worker ON %I TO %I USING ((SELECT tenant()) IS NULL)', name, worker);
    END LOOP;
END $$;

DO $$
BEGIN
    -- Not a restaurant's: the worker alone knows how far it has read.
    ALTER TABLE mail_positions ENABLE ROW LEVEL SECURITY;
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON mail_positions TO %I', current_setting('saveit.worker_role'));
    EXECUTE format('CREATE POLICY worker_only ON mail_positions TO %I USING ((SELECT tenant()) IS NULL)', current_setting('saveit.worker_role'));
END $$;

CREATE FUNCTION find_mailboxes() RETURNS TABLE (restaurant_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.restaurant_id FROM channel_accounts a WHERE a.channel = 'email' AND a.settings->>'imapHost' <> ''
$$;

CREATE FUNCTION find_channel_account(wanted_channel text, wanted_account text) RETURNS TABLE (restaurant_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.restaurant_id FROM channel_accounts a WHERE a.channel = wanted_channel AND a.account = wanted_account
$$;
