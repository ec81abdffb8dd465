-- What was rendered, by input digest: going back to former inputs renders nothing. A row without a layer is a render that
-- broke off: why, how often, and when it is tried again.
CREATE TABLE render (
    tenant_id    uuid NOT NULL REFERENCES tenant,
    key          text NOT NULL,
    layer_digest text,
    crds_digest  text,
    attempts     int NOT NULL DEFAULT 0,
    message      text NOT NULL DEFAULT '',
    retry_time   timestamptz,
    use_time     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, key),
    FOREIGN KEY (tenant_id, layer_digest) REFERENCES layer (tenant_id, digest),
    FOREIGN KEY (tenant_id, crds_digest) REFERENCES layer (tenant_id, digest)
);

ALTER TABLE render ENABLE ROW LEVEL SECURITY;
ALTER TABLE render FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON render
    USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON render TO weft_fleet;

-- The generation whose text the last compile refused: delivery of it stops (D6), while what was compiled before stays.
ALTER TABLE policy_target ADD COLUMN refused_generation bigint NOT NULL DEFAULT 0;
GRANT UPDATE (refused_generation) ON policy_target TO weft_fleet;
