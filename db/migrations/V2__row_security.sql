-- One policy per tenant table: the transaction's tenant, or nothing. NULLIF, because after its first use on a
-- connection the setting falls back to an empty string.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['api_key', 'audit_entry', 'idempotency_key', 'cluster', 'cluster_status',
        'enrolment_token', 'agent_certificate', 'tenant_intermediate', 'inventory_object', 'mesh_release', 'mesh',
        'installation', 'control_plane', 'placement', 'movement', 'policy', 'policy_revision', 'policy_target',
        'probe', 'probe_run', 'manifest_body', 'layer', 'cluster_layer', 'tombstone', 'layer_ack', 'rollout', 'wave',
        'wave_target', 'rollout_command', 'gate_result', 'decision_log', 'traffic_10s', 'resource_10s', 'gauge_10s',
        'telemetry_progress']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant_isolation ON %I
            USING (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid)
            WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid)', name);
    END LOOP;
END $$;

ALTER TABLE agent_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_link FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON agent_link TO weft_api, weft_upgrade
    USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid);
CREATE POLICY fleet_wide ON agent_link TO weft_fleet USING (true) WITH CHECK (true);
