-- What an agent may not do is a finding of its preflight, and said only there.
ALTER TABLE cluster_status DROP COLUMN missing_permissions;
