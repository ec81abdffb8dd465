-- One writer per column (docs/decisions/0003-rows-and-writers.md). Nobody but weft_owner has DDL or TRUNCATE.
GRANT USAGE ON SCHEMA public TO weft_api, weft_fleet, weft_upgrade;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO weft_api, weft_fleet, weft_upgrade;
REVOKE SELECT ON tenant_intermediate, agent_ca FROM weft_api, weft_upgrade;
GRANT SELECT (id, spki_pin, certificate_der, create_time) ON agent_ca TO weft_api;
REVOKE SELECT ON flyway_schema_history FROM weft_api, weft_fleet, weft_upgrade;

GRANT INSERT, UPDATE, DELETE ON due_work TO weft_api, weft_fleet, weft_upgrade;
GRANT INSERT ON audit_entry TO weft_api, weft_fleet, weft_upgrade;

-- api-service: what callers write
GRANT INSERT ON tenant TO weft_api;
GRANT INSERT, DELETE ON credential_index TO weft_api;
GRANT INSERT, UPDATE (revoke_time) ON api_key TO weft_api;
GRANT INSERT, DELETE ON idempotency_key TO weft_api;
GRANT INSERT, DELETE, UPDATE (name, labels, generation, spec, update_time) ON cluster TO weft_api;
GRANT INSERT ON agent_link, cluster_status TO weft_api;
GRANT UPDATE (requested_version, requested_reason, registration_epoch) ON agent_link TO weft_api;
GRANT INSERT ON revocation_feed TO weft_api;
GRANT INSERT, UPDATE (revoke_time) ON enrolment_token TO weft_api;
GRANT INSERT, DELETE ON mesh_release TO weft_api;
GRANT INSERT, DELETE, UPDATE (name, labels, generation, version, spec, update_time) ON mesh TO weft_api;
GRANT INSERT, DELETE, UPDATE (name, labels, generation, spec, update_time) ON installation TO weft_api;
GRANT INSERT, UPDATE (wanted) ON control_plane TO weft_api;
GRANT INSERT, UPDATE, DELETE ON placement TO weft_api;
GRANT INSERT, UPDATE (name, labels, generation, spec, update_time, delete_time) ON policy TO weft_api;
GRANT INSERT ON policy_revision TO weft_api;
GRANT INSERT, DELETE, UPDATE (delivered_generation, update_time) ON policy_target TO weft_api;
GRANT UPDATE (run_request) ON probe TO weft_api;
GRANT INSERT ON rollout, wave, wave_target, rollout_command TO weft_api;

-- fleet-manager: what is compiled and what agents report
GRANT INSERT, DELETE ON credential_index TO weft_fleet;
GRANT UPDATE (use_time) ON enrolment_token TO weft_fleet;
GRANT INSERT ON agent_certificate, tenant_intermediate, agent_ca TO weft_fleet;
GRANT UPDATE (registration_epoch, cluster_uid, key_fingerprint, certificate_not_after, requested_version,
    requested_reason, compiled_version, compiled_digest, applied_version, connect_time, last_seen_time,
    disconnect_time) ON agent_link TO weft_fleet;
GRANT UPDATE ON cluster_status TO weft_fleet;
GRANT INSERT, UPDATE, DELETE ON inventory_object, tombstone, layer_ack, movement, manifest_body, layer, cluster_layer
    TO weft_fleet;
GRANT UPDATE (lifecycle_rules) ON mesh_release TO weft_fleet;
GRANT UPDATE (state, state_reason, render_key, layer_digest), DELETE ON control_plane TO weft_fleet;
GRANT INSERT, DELETE, UPDATE (compiled_generation, applied_generation, state, reason, message, losses, reports, objects,
    proof, proof_expire_time, update_time) ON policy_target TO weft_fleet;
GRANT DELETE ON policy TO weft_fleet;
GRANT INSERT, DELETE, UPDATE (policy_generation, document, digest, opposite_seen, run_request) ON probe TO weft_fleet;
GRANT INSERT, DELETE ON probe_run TO weft_fleet;
GRANT INSERT, UPDATE, DELETE ON kafka_offset, traffic_10s, resource_10s, gauge_10s, telemetry_progress TO weft_fleet;

-- upgrade-orchestrator: what the clock drives
GRANT UPDATE (requested_version, requested_reason) ON agent_link TO weft_upgrade;
GRANT INSERT, UPDATE, DELETE ON control_plane, placement TO weft_upgrade;
GRANT UPDATE (conditions) ON mesh TO weft_upgrade;
GRANT UPDATE (phase, state, reason, message, status_version, lease_epoch, update_time, end_time) ON rollout TO weft_upgrade;
GRANT INSERT, UPDATE ON wave_target TO weft_upgrade;
GRANT UPDATE (take_time) ON rollout_command TO weft_upgrade;
GRANT INSERT ON gate_result, decision_log TO weft_upgrade;
GRANT UPDATE (run_request) ON probe TO weft_upgrade;
GRANT UPDATE (delivered_generation, state, reason, message, update_time) ON policy_target TO weft_upgrade;
