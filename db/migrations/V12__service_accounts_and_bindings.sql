-- Who holds an API key, and what that owner may do where.

CREATE TABLE service_account (
    tenant_id   uuid NOT NULL REFERENCES tenant,
    id          uuid NOT NULL,
    name        text NOT NULL,
    labels      jsonb NOT NULL DEFAULT '{}',
    generation  bigint NOT NULL DEFAULT 1,
    -- A disabled one keeps its bindings and keys; none of them opens anything.
    disabled    boolean NOT NULL DEFAULT false,
    description text NOT NULL DEFAULT '',
    create_time timestamptz NOT NULL DEFAULT now(),
    update_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

-- A role in the organisation (no cluster), in a cluster (no namespace), or in a namespace of one.
CREATE TABLE role_binding (
    tenant_id          uuid NOT NULL REFERENCES tenant,
    id                 uuid NOT NULL,
    name               text NOT NULL,
    labels             jsonb NOT NULL DEFAULT '{}',
    generation         bigint NOT NULL DEFAULT 1,
    service_account_id uuid NOT NULL,
    role               text NOT NULL CHECK (role IN ('viewer', 'editor', 'operator', 'admin', 'auditor')),
    cluster_id         uuid,
    namespace          text CHECK (namespace IS NULL OR cluster_id IS NOT NULL),
    expire_time        timestamptz,
    create_time        timestamptz NOT NULL DEFAULT now(),
    update_time        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, service_account_id) REFERENCES service_account (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX role_binding_subject ON role_binding (tenant_id, service_account_id);
CREATE INDEX role_binding_cluster ON role_binding (tenant_id, cluster_id);

-- A key gives what its owner may do, of that only what its role includes, and only within its scope.
ALTER TABLE api_key
    ADD service_account_id uuid,
    ADD cluster_id uuid,
    ADD namespace text CHECK (namespace IS NULL OR cluster_id IS NOT NULL),
    ADD last_use_time timestamptz,
    ADD FOREIGN KEY (tenant_id, service_account_id) REFERENCES service_account (tenant_id, id) ON DELETE CASCADE,
    ADD FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id) ON DELETE CASCADE;
CREATE INDEX api_key_owner ON api_key (tenant_id, service_account_id);
CREATE INDEX api_key_cluster ON api_key (tenant_id, cluster_id);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['service_account', 'role_binding']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant_isolation ON %I
            USING (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid)
            WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid)', name);
    END LOOP;
END $$;

-- Keys that were made before keys had owners: one account of each organisation holds them and may do everything, so that
-- each of them may do what its role says, as before. Row security holds for the owner of the tables too.
DO $$
DECLARE
    organisation record;
    account uuid;
BEGIN
    FOR organisation IN SELECT id FROM tenant
    LOOP
        PERFORM set_config('app.tenant', organisation.id::text, true);
        IF EXISTS (SELECT FROM api_key) THEN
            account := gen_random_uuid();
            INSERT INTO service_account (tenant_id, id, name, description)
                VALUES (organisation.id, account, 'bootstrap', 'Holds the keys that were made with the organisation');
            INSERT INTO role_binding (tenant_id, id, name, service_account_id, role)
                VALUES (organisation.id, gen_random_uuid(), 'bootstrap', account, 'admin');
            UPDATE api_key SET service_account_id = account;
        END IF;
    END LOOP;
    PERFORM set_config('app.tenant', '', true);
END $$;
ALTER TABLE api_key ALTER service_account_id SET NOT NULL;

-- Clusters that a policy names by id in its selector; NULL when it selects by labels alone. Who may act in these clusters
-- only may change no other policy.
ALTER TABLE policy ADD cluster_ids uuid[];

-- Whether the transaction's caller may act in a cluster (namespace NULL) or a namespace of it. The setting app.reach is
-- '*', or clusters and cluster/namespace pairs that are separated by blanks; unset = nowhere. Inlined by the planner.
CREATE FUNCTION in_reach(cluster_id uuid, namespace text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE(string_to_array(current_setting('app.reach', true), ' ')
        && ARRAY['*', cluster_id::text, cluster_id::text || '/' || namespace], false);

-- Whether the caller may act in some part of a cluster.
CREATE FUNCTION reach_touches(cluster_id uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE(current_setting('app.reach', true) = '*'
        OR strpos(current_setting('app.reach', true), cluster_id::text) > 0, false);

GRANT SELECT, INSERT, DELETE, UPDATE (name, labels, generation, disabled, description, update_time)
    ON service_account TO weft_api;
GRANT SELECT, INSERT, DELETE, UPDATE (name, labels, generation, role, cluster_id, namespace, expire_time, update_time)
    ON role_binding TO weft_api;
GRANT UPDATE (last_use_time) ON api_key TO weft_api;
GRANT UPDATE (cluster_ids) ON policy TO weft_api;
