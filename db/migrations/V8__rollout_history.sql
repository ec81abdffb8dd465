-- A rollout is history: it names what it moved, and does not keep an installation, a mesh or a cluster from being deleted.
ALTER TABLE rollout DROP CONSTRAINT rollout_tenant_id_installation_id_fkey;
ALTER TABLE rollout DROP CONSTRAINT rollout_tenant_id_mesh_id_fkey;
ALTER TABLE rollout DROP CONSTRAINT rollout_tenant_id_cluster_id_fkey;
