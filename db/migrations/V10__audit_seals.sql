-- The audit log by month, and its seals (docs/decisions/0007-audit-seals.md).
-- Nothing here is SECURITY DEFINER: the functions below are for weft_owner, who alone has DDL rights.

CREATE FUNCTION audit_entry_guard(name text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I
        USING (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid)
        WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid)', name);
END $$;

-- Makes the partition of a month (its first day), in UTC, unless it is there; takes what lay in the default one meanwhile.
-- Forced row security would hide those rows from their owner, so it is lifted for this transaction.
CREATE FUNCTION audit_entry_add_month(month date) RETURNS boolean LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    name text := 'audit_entry_' || to_char(month, 'YYYY_MM');
    begins timestamptz := month::timestamp AT TIME ZONE 'UTC';
    ends timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
BEGIN
    IF month <> date_trunc('month', month::timestamp)::date THEN
        RAISE EXCEPTION 'audit_entry_add_month takes the first day of a month, not %', month;
    END IF;
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    LOCK TABLE audit_entry IN SHARE ROW EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I (LIKE audit_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    ALTER TABLE audit_entry_default NO FORCE ROW LEVEL SECURITY;
    EXECUTE format('WITH moved AS (DELETE FROM audit_entry_default WHERE time >= %L AND time < %L RETURNING *)
        INSERT INTO %I SELECT * FROM moved', begins, ends, name);
    ALTER TABLE audit_entry_default FORCE ROW LEVEL SECURITY;
    EXECUTE format('ALTER TABLE audit_entry ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, begins, ends);
    PERFORM audit_entry_guard(name);
    RETURN true;
END $$;

-- Removes whole months before a month (its first day) and says so in audit_removal, which verification reads.
CREATE FUNCTION audit_entry_drop_before(month date) RETURNS int LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    begins timestamptz := month::timestamp AT TIME ZONE 'UTC';
    name text;
    dropped int := 0;
BEGIN
    IF month <> date_trunc('month', month::timestamp)::date THEN
        RAISE EXCEPTION 'audit_entry_drop_before takes the first day of a month, not %', month;
    END IF;
    FOR name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'audit_entry'::regclass AND c.relname ~ '^audit_entry_\d{4}_\d{2}$'
            AND to_date(right(c.relname, 7), 'YYYY_MM') < month
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %I', name);
        dropped := dropped + 1;
    END LOOP;
    ALTER TABLE audit_entry_default NO FORCE ROW LEVEL SECURITY;
    DELETE FROM audit_entry_default WHERE time < begins;
    ALTER TABLE audit_entry_default FORCE ROW LEVEL SECURITY;
    INSERT INTO audit_removal (before) VALUES (begins) ON CONFLICT DO NOTHING;
    RETURN dropped;
END $$;
REVOKE EXECUTE ON FUNCTION audit_entry_guard(text), audit_entry_add_month(date), audit_entry_drop_before(date) FROM PUBLIC;

-- The rows so far move into partitions -------------------------------------------------------------------------

ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY; -- or its owner would find nothing to copy
ALTER TABLE audit_entry RENAME TO audit_entry_whole;
CREATE TABLE audit_entry (LIKE audit_entry_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (time);
-- Takes what no month takes, so that a maintenance that stands still does not stop every write.
CREATE TABLE audit_entry_default PARTITION OF audit_entry DEFAULT;

-- Entries that are in no seal yet. Whoever writes an entry writes this row in the same transaction, so both become visible
-- at one moment; the seal takes the row away. What commits late is found late, and never passed over.
CREATE TABLE audit_pending (
    tenant_id  uuid NOT NULL REFERENCES tenant,
    entry_time timestamptz NOT NULL,
    entry_id   uuid NOT NULL,
    PRIMARY KEY (tenant_id, entry_time, entry_id)
);

DO $$
DECLARE
    month timestamp;
BEGIN
    FOR month IN
        SELECT generate_series(
            (SELECT date_trunc('month', coalesce(min(time), now()) AT TIME ZONE 'UTC') FROM audit_entry_whole),
            date_trunc('month', (now() + interval '14 days') AT TIME ZONE 'UTC'),
            interval '1 month')
    LOOP
        PERFORM audit_entry_add_month(month::date);
    END LOOP;
END $$;
INSERT INTO audit_entry SELECT * FROM audit_entry_whole;
INSERT INTO audit_pending SELECT tenant_id, time, id FROM audit_entry_whole;
DROP TABLE audit_entry_whole;

ALTER TABLE audit_entry ADD PRIMARY KEY (tenant_id, time, id);
ALTER TABLE audit_entry ADD FOREIGN KEY (tenant_id) REFERENCES tenant;
CREATE INDEX audit_entry_target ON audit_entry (tenant_id, target_id, time);
SELECT audit_entry_guard('audit_entry'), audit_entry_guard('audit_entry_default'), audit_entry_guard('audit_pending');

-- Seals --------------------------------------------------------------------------------------------------------

-- A seal signs a statement: its number, the digest of the statement before, and digest, id and time of each entry.
CREATE TABLE audit_seal (
    tenant_id  uuid NOT NULL REFERENCES tenant,
    number     bigint NOT NULL CHECK (number > 0),
    time       timestamptz NOT NULL,
    -- Times of its earliest and its latest entry.
    first_time timestamptz NOT NULL,
    last_time  timestamptz NOT NULL,
    entries    int NOT NULL CHECK (entries > 0),
    statement  text NOT NULL,
    key_id     text NOT NULL,
    signature  bytea NOT NULL,
    PRIMARY KEY (tenant_id, number)
);
CREATE INDEX audit_seal_range ON audit_seal (tenant_id, last_time, first_time);

-- The newest seal's number and digest, signed for itself: a log cut off at its end does not fit it.
CREATE TABLE audit_head (
    tenant_id uuid PRIMARY KEY REFERENCES tenant,
    number    bigint NOT NULL,
    digest    text NOT NULL,
    key_id    text NOT NULL,
    signature bytea NOT NULL
);
SELECT audit_entry_guard('audit_seal'), audit_entry_guard('audit_head');

-- Platform: public keys that ever signed (id = SHA-256 of the key), and which months were removed.
CREATE TABLE audit_key (
    id          text PRIMARY KEY,
    public_key  bytea NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE audit_removal (
    before timestamptz PRIMARY KEY,
    time   timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT ON audit_entry TO weft_api, weft_fleet, weft_upgrade;
GRANT INSERT ON audit_pending TO weft_api, weft_fleet, weft_upgrade;
GRANT SELECT ON audit_pending, audit_seal, audit_head, audit_key, audit_removal TO weft_api, weft_upgrade;
GRANT DELETE ON audit_pending TO weft_upgrade;
GRANT INSERT ON audit_seal, audit_head, audit_key TO weft_upgrade;
GRANT UPDATE (number, digest, key_id, signature) ON audit_head TO weft_upgrade;
