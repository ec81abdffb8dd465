-- What a compile must remember besides the layers: the CRDs that were rendered with a control plane, and since which
-- state version a deleted policy's objects are gone from the desired state.
ALTER TABLE control_plane ADD COLUMN crds_digest text;
ALTER TABLE policy_target ADD COLUMN removed_version bigint;

GRANT UPDATE (crds_digest) ON control_plane TO weft_fleet;
GRANT UPDATE (removed_version) ON policy_target TO weft_fleet;
