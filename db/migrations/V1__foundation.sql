-- Rules of this folder: README.md. Every tenant table: forced row security, keys that lead with tenant_id,
-- composite foreign keys. Platform tables are the ones listed by name in DatabaseCatalogueIT.

-- Platform tables ---------------------------------------------------------------------------------------------

CREATE TABLE tenant (
    id          uuid PRIMARY KEY,
    name        text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    create_time timestamptz NOT NULL DEFAULT now()
);

-- Hash of an API key or join token -> where it belongs, before a tenant is known.
CREATE TABLE credential_index (
    hash      bytea PRIMARY KEY,
    kind      text NOT NULL CHECK (kind IN ('apiKey', 'joinToken')),
    tenant_id uuid NOT NULL REFERENCES tenant,
    object_id uuid NOT NULL
);

-- The one queue: a key and when to look at it again. The truth is in the object's own rows.
-- kinds: compile (object = cluster) | rollout | probe (object = probe) | delivery (object = policy)
CREATE TABLE due_work (
    kind      text NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant,
    object_id uuid NOT NULL,
    due_time  timestamptz NOT NULL,
    reason    text NOT NULL,
    attempts  int NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, tenant_id, object_id)
);
CREATE INDEX due_work_deadline ON due_work (kind, due_time);

-- Next Kafka offset to read, moved in the transaction of the data; generation fences an older owner.
CREATE TABLE kafka_offset (
    topic       text NOT NULL,
    partition   int NOT NULL,
    next_offset bigint NOT NULL,
    generation  bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- Tail read by every gateway each second, overlapping, because rows may commit out of order.
CREATE TABLE revocation_feed (
    sequence           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id          uuid NOT NULL,
    cluster_id         uuid NOT NULL,
    registration_epoch bigint NOT NULL,
    time               timestamptz NOT NULL DEFAULT now()
);

-- The agent CA's root. Agents pin its public key; the private key is sealed with the signer's key from configuration.
CREATE TABLE agent_ca (
    id              uuid PRIMARY KEY,
    -- "sha256:<hex>" of the SubjectPublicKeyInfo.
    spki_pin        text NOT NULL,
    certificate_der bytea NOT NULL,
    sealed_key      bytea NOT NULL,
    create_time     timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX agent_ca_only_one ON agent_ca ((true));

-- Organisation -----------------------------------------------------------------------------------------------

CREATE TABLE api_key (
    tenant_id   uuid NOT NULL REFERENCES tenant,
    id          uuid NOT NULL,
    name        text NOT NULL,
    role        text NOT NULL CHECK (role IN ('viewer', 'editor', 'operator', 'admin', 'auditor')),
    hash        bytea NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    expire_time timestamptz NOT NULL,
    revoke_time timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

CREATE TABLE audit_entry (
    tenant_id         uuid NOT NULL REFERENCES tenant,
    id                uuid NOT NULL,
    time              timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_kind        text NOT NULL CHECK (actor_kind IN ('apiKey', 'agent', 'rollout', 'system')),
    actor             text NOT NULL,
    action            text NOT NULL,
    target_kind       text NOT NULL,
    target_id         text NOT NULL,
    generation_before bigint,
    generation_after  bigint,
    detail            jsonb NOT NULL DEFAULT '{}',
    request_id        text,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_entry_time ON audit_entry (tenant_id, time, id);
CREATE INDEX audit_entry_target ON audit_entry (tenant_id, target_id, time);

CREATE TABLE idempotency_key (
    tenant_id    uuid NOT NULL REFERENCES tenant,
    principal    text NOT NULL,
    key          text NOT NULL,
    request_hash bytea NOT NULL,
    status       int NOT NULL,
    body         jsonb,
    -- Set instead of the body when the first answer held a secret.
    secret_id    text,
    location     text,
    create_time  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, principal, key)
);

-- Clusters and agents -----------------------------------------------------------------------------------------

CREATE TABLE cluster (
    tenant_id   uuid NOT NULL REFERENCES tenant,
    id          uuid NOT NULL,
    name        text NOT NULL,
    labels      jsonb NOT NULL DEFAULT '{}',
    generation  bigint NOT NULL DEFAULT 1,
    spec        jsonb NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    update_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

-- What the agent reports of itself and its cluster; written by fleet-manager only.
CREATE TABLE cluster_status (
    tenant_id           uuid NOT NULL,
    cluster_id          uuid NOT NULL,
    status_version      bigint NOT NULL DEFAULT 0,
    kubernetes_version  text,
    agent_version       text,
    missing_permissions text[] NOT NULL DEFAULT '{}',
    -- Findings of preflight: [{code, object, message}].
    preflight           jsonb NOT NULL DEFAULT '[]',
    -- Reasons of the last Rejected: [{layer, object, field, code, message}].
    rejections          jsonb NOT NULL DEFAULT '[]',
    -- Findings of the hub's own compile: [{layer, code, message}].
    findings            jsonb NOT NULL DEFAULT '[]',
    -- Observation meshStatus: see docs/protocol.md.
    mesh_status         jsonb NOT NULL DEFAULT '{}',
    inventory_digest    text,
    facts_digest        text,
    complete_through    timestamptz,
    PRIMARY KEY (tenant_id, cluster_id),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id) ON DELETE CASCADE
);

-- Ids, epochs, versions, digests and times; nothing else, for weft_fleet reads it across tenants.
CREATE TABLE agent_link (
    tenant_id             uuid NOT NULL,
    cluster_id            uuid NOT NULL,
    registration_epoch    bigint NOT NULL DEFAULT 0,
    cluster_uid           text,
    key_fingerprint       bytea,
    certificate_not_after timestamptz,
    requested_version     bigint NOT NULL DEFAULT 0,
    requested_reason      text NOT NULL DEFAULT 'created',
    compiled_version      bigint NOT NULL DEFAULT 0,
    compiled_digest       text,
    applied_version       bigint NOT NULL DEFAULT 0,
    connect_time          timestamptz,
    last_seen_time        timestamptz,
    disconnect_time       timestamptz,
    PRIMARY KEY (tenant_id, cluster_id),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id) ON DELETE CASCADE
);

CREATE FUNCTION agent_link_requested_grows_by_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.requested_version <> OLD.requested_version + 1 THEN
        RAISE EXCEPTION 'requested_version may only grow by one, from % to %', OLD.requested_version, NEW.requested_version
            USING ERRCODE = 'check_violation', CONSTRAINT = 'requested_version_grows_by_one';
    END IF;
    IF NEW.requested_reason IS NULL OR NEW.requested_reason = '' THEN
        RAISE EXCEPTION 'requested_version needs a reason' USING ERRCODE = 'check_violation', CONSTRAINT = 'requested_reason_given';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agent_link_requested BEFORE UPDATE OF requested_version ON agent_link
    FOR EACH ROW WHEN (NEW.requested_version IS DISTINCT FROM OLD.requested_version)
    EXECUTE FUNCTION agent_link_requested_grows_by_one();

CREATE TABLE enrolment_token (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    cluster_id  uuid NOT NULL,
    hash        bytea NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    expire_time timestamptz NOT NULL,
    use_time    timestamptz,
    revoke_time timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id) ON DELETE CASCADE
);

-- Every key an agent ever had a certificate for: a key is never reused.
CREATE TABLE agent_certificate (
    tenant_id          uuid NOT NULL,
    cluster_id         uuid NOT NULL,
    key_fingerprint    bytea NOT NULL,
    serial             text NOT NULL,
    registration_epoch bigint NOT NULL,
    issue_time         timestamptz NOT NULL DEFAULT now(),
    not_after          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, cluster_id, key_fingerprint),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id) ON DELETE CASCADE
);

-- A tenant's intermediate; the key is envelope-encrypted with the signer's key from configuration.
CREATE TABLE tenant_intermediate (
    tenant_id       uuid NOT NULL REFERENCES tenant,
    id              uuid NOT NULL,
    certificate_der bytea NOT NULL,
    sealed_key      bytea NOT NULL,
    create_time     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE inventory_object (
    tenant_id  uuid NOT NULL,
    cluster_id uuid NOT NULL,
    kind       text NOT NULL,
    namespace  text NOT NULL,
    name       text NOT NULL,
    body       jsonb NOT NULL,
    PRIMARY KEY (tenant_id, cluster_id, kind, namespace, name),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id) ON DELETE CASCADE
);

-- Meshes -----------------------------------------------------------------------------------------------------

CREATE TABLE mesh_release (
    tenant_id       uuid NOT NULL REFERENCES tenant,
    id              uuid NOT NULL,
    family          text NOT NULL CHECK (family IN ('istio', 'linkerd', 'consul')),
    version         text NOT NULL,
    digest          text NOT NULL,
    document        jsonb NOT NULL,
    bundle          bytea NOT NULL,
    -- Union of the rules its roles grant: [{apiGroups, resources, resourceNames, verbs, nonResourceURLs}].
    lifecycle_rules jsonb NOT NULL DEFAULT '[]',
    create_time     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, family, version)
);

CREATE TABLE mesh (
    tenant_id   uuid NOT NULL REFERENCES tenant,
    id          uuid NOT NULL,
    name        text NOT NULL,
    labels      jsonb NOT NULL DEFAULT '{}',
    generation  bigint NOT NULL DEFAULT 1,
    family      text NOT NULL CHECK (family IN ('istio', 'linkerd', 'consul')),
    mode        text NOT NULL CHECK (mode IN ('sidecar', 'ambient', 'kubernetes', 'vm')),
    version     text NOT NULL,
    spec        jsonb NOT NULL,
    conditions  jsonb NOT NULL DEFAULT '[]',
    create_time timestamptz NOT NULL DEFAULT now(),
    update_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

CREATE TABLE installation (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    name        text NOT NULL,
    labels      jsonb NOT NULL DEFAULT '{}',
    mesh_id     uuid NOT NULL,
    cluster_id  uuid NOT NULL,
    generation  bigint NOT NULL DEFAULT 1,
    spec        jsonb NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    update_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    UNIQUE (tenant_id, mesh_id, cluster_id),
    FOREIGN KEY (tenant_id, mesh_id) REFERENCES mesh (tenant_id, id),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id)
);

-- One or two per installation. `wanted`: it belongs into the desired state (else it is to be pruned).
CREATE TABLE control_plane (
    tenant_id       uuid NOT NULL,
    installation_id uuid NOT NULL,
    revision        text NOT NULL,
    version         text NOT NULL,
    release_id      uuid NOT NULL,
    wanted          boolean NOT NULL DEFAULT true,
    is_default      boolean NOT NULL DEFAULT false,
    state           text NOT NULL CHECK (state IN ('installing', 'ready', 'draining', 'removed', 'failed')),
    state_reason    text,
    -- Input digest of the last render and the layer it gave: equal inputs are never rendered again.
    render_key      text,
    layer_digest    text,
    create_time     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, installation_id, revision),
    FOREIGN KEY (tenant_id, installation_id) REFERENCES installation (tenant_id, id),
    FOREIGN KEY (tenant_id, release_id) REFERENCES mesh_release (tenant_id, id)
);

-- Which revision the proxies of a namespace run. A namespace belongs to at most one installation of its cluster.
CREATE TABLE placement (
    tenant_id              uuid NOT NULL,
    cluster_id             uuid NOT NULL,
    namespace              text NOT NULL,
    installation_id        uuid NOT NULL,
    revision               text NOT NULL,
    max_parallel_workloads int NOT NULL DEFAULT 4 CHECK (max_parallel_workloads BETWEEN 1 AND 100),
    paused                 boolean NOT NULL DEFAULT false,
    deadline               timestamptz,
    PRIMARY KEY (tenant_id, cluster_id, namespace),
    FOREIGN KEY (tenant_id, installation_id) REFERENCES installation (tenant_id, id),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id)
);

-- The agent's reports of moves; written by fleet-manager only.
CREATE TABLE movement (
    tenant_id          uuid NOT NULL,
    cluster_id         uuid NOT NULL,
    namespace          text NOT NULL,
    revision           text NOT NULL,
    placement_digest   text NOT NULL,
    state              text NOT NULL CHECK (state IN ('waiting', 'labelled', 'restarting', 'moved', 'held', 'failed')),
    reason             text NOT NULL DEFAULT '',
    message            text NOT NULL DEFAULT '',
    workloads          jsonb NOT NULL DEFAULT '[]',
    labels_before      jsonb NOT NULL DEFAULT '{}',
    first_restart_time timestamptz,
    last_ready_time    timestamptz,
    report_time        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, cluster_id, namespace),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id) ON DELETE CASCADE
);

-- Policies ---------------------------------------------------------------------------------------------------

CREATE TABLE policy (
    tenant_id   uuid NOT NULL REFERENCES tenant,
    id          uuid NOT NULL,
    name        text NOT NULL,
    labels      jsonb NOT NULL DEFAULT '{}',
    kind        text NOT NULL,
    generation  bigint NOT NULL DEFAULT 1,
    spec        jsonb NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    update_time timestamptz NOT NULL DEFAULT now(),
    -- Removal is in two phases: marked here, the row goes once every cluster has pruned its objects.
    delete_time timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

CREATE TABLE policy_revision (
    tenant_id  uuid NOT NULL,
    policy_id  uuid NOT NULL,
    generation bigint NOT NULL,
    spec       jsonb NOT NULL,
    author     text NOT NULL,
    time       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, policy_id, generation),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policy (tenant_id, id) ON DELETE CASCADE
);

-- A policy in one capability class of an installation. `delivered_generation` is the revision due there (D6);
-- api-service and upgrade-orchestrator raise it, fleet-manager writes everything else.
CREATE TABLE policy_target (
    tenant_id            uuid NOT NULL,
    policy_id            uuid NOT NULL,
    installation_id      uuid NOT NULL,
    class                text NOT NULL,
    delivered_generation bigint NOT NULL DEFAULT 0,
    compiled_generation  bigint NOT NULL DEFAULT 0,
    applied_generation   bigint NOT NULL DEFAULT 0,
    state                text NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'applied', 'enforced', 'notEnforced', 'refused', 'failed', 'offline')),
    reason               text NOT NULL DEFAULT '',
    message              text NOT NULL DEFAULT '',
    losses               jsonb NOT NULL DEFAULT '[]',
    reports              jsonb NOT NULL DEFAULT '[]',
    objects              jsonb NOT NULL DEFAULT '[]',
    -- {probeId, verdict, expected, observed, control, time}
    proof                jsonb,
    proof_expire_time    timestamptz,
    update_time          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, policy_id, installation_id, class),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policy (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, installation_id) REFERENCES installation (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE probe (
    tenant_id        uuid NOT NULL,
    id               uuid NOT NULL,
    policy_id        uuid NOT NULL,
    installation_id  uuid NOT NULL,
    policy_generation bigint NOT NULL,
    document         jsonb NOT NULL,
    digest           text NOT NULL,
    -- Raised to ask for a run now; part of the probe document.
    run_request      bigint NOT NULL DEFAULT 1,
    -- The opposite answer was seen before the policy applied.
    opposite_seen    boolean NOT NULL DEFAULT false,
    create_time      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, policy_id, installation_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policy (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, installation_id) REFERENCES installation (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE probe_run (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    probe_id      uuid NOT NULL,
    phase         text NOT NULL CHECK (phase IN ('before', 'after')),
    verdict       text NOT NULL CHECK (verdict IN ('passed', 'failed', 'inconclusive')),
    reason        text NOT NULL DEFAULT '',
    request       text NOT NULL,
    expected      text NOT NULL,
    observed      text NOT NULL,
    control       text NOT NULL,
    policy_digest text NOT NULL,
    start_time    timestamptz NOT NULL,
    end_time      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, probe_id) REFERENCES probe (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX probe_run_time ON probe_run (tenant_id, probe_id, end_time);

-- Desired state ----------------------------------------------------------------------------------------------

CREATE TABLE manifest_body (
    tenant_id uuid NOT NULL REFERENCES tenant,
    digest    text NOT NULL,
    raw_bytes int NOT NULL CHECK (raw_bytes <= 1048576),
    gz        bytea NOT NULL,
    PRIMARY KEY (tenant_id, digest)
);

CREATE TABLE layer (
    tenant_id uuid NOT NULL REFERENCES tenant,
    digest    text NOT NULL,
    -- {phases:[{name, bodies:[{object, digest, rawBytes}], checks:[...]}]}, canonical JSON; digest is over it.
    document  jsonb NOT NULL,
    PRIMARY KEY (tenant_id, digest)
);

-- The vector of layers of one compiled version of one cluster.
CREATE TABLE cluster_layer (
    tenant_id    uuid NOT NULL,
    cluster_id   uuid NOT NULL,
    version      bigint NOT NULL,
    position     int NOT NULL,
    name         text NOT NULL,
    layer_digest text NOT NULL,
    PRIMARY KEY (tenant_id, cluster_id, version, name),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, layer_digest) REFERENCES layer (tenant_id, digest)
);

-- Objects to remove; cumulative until a complete acknowledgement of the version that carries them.
CREATE TABLE tombstone (
    tenant_id     uuid NOT NULL,
    cluster_id    uuid NOT NULL,
    object        jsonb NOT NULL,
    object_key    text NOT NULL,
    since_version bigint NOT NULL,
    PRIMARY KEY (tenant_id, cluster_id, object_key),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id) ON DELETE CASCADE
);

-- Layer digests the agent acknowledged as applied and checked.
CREATE TABLE layer_ack (
    tenant_id  uuid NOT NULL,
    cluster_id uuid NOT NULL,
    name       text NOT NULL,
    digest     text NOT NULL,
    version    bigint NOT NULL,
    time       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, cluster_id, name),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id) ON DELETE CASCADE
);

-- Rollouts ---------------------------------------------------------------------------------------------------

CREATE TABLE rollout (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    mesh_id         uuid NOT NULL,
    installation_id uuid NOT NULL,
    cluster_id      uuid NOT NULL,
    from_version    text NOT NULL,
    to_version      text NOT NULL,
    spec            jsonb NOT NULL,
    phase           text NOT NULL DEFAULT 'planned' CHECK (phase IN ('planned', 'running', 'soaking', 'waitingApproval',
        'paused', 'rollingBack', 'rolledBack', 'completed', 'aborted', 'stuck')),
    -- Pure state of the decision: {step, wave, phaseBeforePause, ...}; written only with lease_epoch.
    state           jsonb NOT NULL DEFAULT '{}',
    reason          text NOT NULL DEFAULT '',
    message         text NOT NULL DEFAULT '',
    status_version  bigint NOT NULL DEFAULT 0,
    lease_epoch     bigint NOT NULL DEFAULT 0,
    create_time     timestamptz NOT NULL DEFAULT now(),
    update_time     timestamptz NOT NULL DEFAULT now(),
    end_time        timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, mesh_id) REFERENCES mesh (tenant_id, id),
    FOREIGN KEY (tenant_id, installation_id) REFERENCES installation (tenant_id, id),
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES cluster (tenant_id, id)
);
CREATE UNIQUE INDEX rollout_one_active_per_cluster ON rollout (tenant_id, cluster_id)
    WHERE phase NOT IN ('rolledBack', 'completed', 'aborted');

CREATE TABLE wave (
    tenant_id  uuid NOT NULL,
    rollout_id uuid NOT NULL,
    position   int NOT NULL,
    name       text NOT NULL,
    spec       jsonb NOT NULL,
    PRIMARY KEY (tenant_id, rollout_id, position),
    FOREIGN KEY (tenant_id, rollout_id) REFERENCES rollout (tenant_id, id)
);

-- wave position -1 and namespace '' = the control plane's own steps.
CREATE TABLE wave_target (
    tenant_id     uuid NOT NULL,
    rollout_id    uuid NOT NULL,
    wave_position int NOT NULL,
    cluster_id    uuid NOT NULL,
    namespace     text NOT NULL,
    step          text NOT NULL,
    phase         text NOT NULL DEFAULT 'planned',
    revision_before text NOT NULL DEFAULT '',
    placement_digest_before text NOT NULL DEFAULT '',
    start_time    timestamptz,
    deadline      timestamptz,
    lease_epoch   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, rollout_id, wave_position, cluster_id, namespace),
    FOREIGN KEY (tenant_id, rollout_id) REFERENCES rollout (tenant_id, id)
);

-- Commands of people wait here until the orchestrator has taken them into a decision.
CREATE TABLE rollout_command (
    tenant_id  uuid NOT NULL,
    rollout_id uuid NOT NULL,
    id         uuid NOT NULL,
    command    text NOT NULL CHECK (command IN ('approve', 'pause', 'resume', 'rollBack', 'abort', 'complete')),
    reason     text NOT NULL,
    author     text NOT NULL,
    time       timestamptz NOT NULL DEFAULT now(),
    take_time  timestamptz,
    PRIMARY KEY (tenant_id, rollout_id, id),
    FOREIGN KEY (tenant_id, rollout_id) REFERENCES rollout (tenant_id, id)
);

CREATE TABLE gate_result (
    tenant_id     uuid NOT NULL,
    rollout_id    uuid NOT NULL,
    wave_position int NOT NULL,
    gate          text NOT NULL,
    window_start  timestamptz NOT NULL,
    verdict       text NOT NULL CHECK (verdict IN ('pass', 'fail', 'noData', 'lateData', 'tooFew')),
    before_value  double precision,
    after_value   double precision,
    requests      bigint,
    message       text NOT NULL DEFAULT '',
    time          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, rollout_id, wave_position, gate, window_start),
    FOREIGN KEY (tenant_id, rollout_id) REFERENCES rollout (tenant_id, id)
);

CREATE TABLE decision_log (
    tenant_id   uuid NOT NULL,
    rollout_id  uuid NOT NULL,
    lease_epoch bigint NOT NULL,
    decision    text NOT NULL,
    reason      text NOT NULL,
    message     text NOT NULL,
    inputs      jsonb NOT NULL,
    time        timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, rollout_id, lease_epoch),
    FOREIGN KEY (tenant_id, rollout_id) REFERENCES rollout (tenant_id, id)
);

-- Telemetry --------------------------------------------------------------------------------------------------

CREATE TABLE traffic_10s (
    tenant_id     uuid NOT NULL,
    cluster_id    uuid NOT NULL,
    window_start  timestamptz NOT NULL,
    reporter      text NOT NULL CHECK (reporter IN ('source', 'destination')),
    src_namespace text NOT NULL,
    src_workload  text NOT NULL,
    dst_namespace text NOT NULL,
    dst_workload  text NOT NULL,
    dst_service   text NOT NULL,
    revision      text NOT NULL,
    rq_2xx        bigint NOT NULL,
    rq_3xx        bigint NOT NULL,
    rq_4xx        bigint NOT NULL,
    rq_5xx        bigint NOT NULL,
    rq_other      bigint NOT NULL,
    bounds        double precision[] NOT NULL,
    counts        bigint[] NOT NULL,
    duration_sum  double precision NOT NULL,
    tls_handshakes bigint NOT NULL,
    PRIMARY KEY (tenant_id, cluster_id, window_start, reporter, src_namespace, src_workload,
        dst_namespace, dst_workload, dst_service, revision, bounds)
);

CREATE TABLE resource_10s (
    tenant_id    uuid NOT NULL,
    cluster_id   uuid NOT NULL,
    window_start timestamptz NOT NULL,
    component    text NOT NULL,
    namespace    text NOT NULL,
    workload     text NOT NULL,
    revision     text NOT NULL,
    cpu_seconds  double precision,
    memory_bytes bigint,
    PRIMARY KEY (tenant_id, cluster_id, window_start, component, namespace, workload, revision)
);

CREATE TABLE gauge_10s (
    tenant_id    uuid NOT NULL,
    cluster_id   uuid NOT NULL,
    window_start timestamptz NOT NULL,
    name         text NOT NULL,
    revision     text NOT NULL,
    value        double precision NOT NULL,
    PRIMARY KEY (tenant_id, cluster_id, window_start, name, revision)
);

-- Per cluster: how far its telemetry is complete, what was lost, which batches were seen.
CREATE TABLE telemetry_progress (
    tenant_id        uuid NOT NULL,
    cluster_id       uuid NOT NULL,
    complete_through timestamptz NOT NULL,
    run              bigint NOT NULL,
    sequence         bigint NOT NULL,
    records          bigint NOT NULL DEFAULT 0,
    samples_lost     bigint NOT NULL DEFAULT 0,
    batches_rejected bigint NOT NULL DEFAULT 0,
    update_time      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, cluster_id)
);
