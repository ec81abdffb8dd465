-- fleet-manager reads what agents send and renders charts: a flaw there must not be able to make a credential, and no
-- service reads hashes that it does not compare.
REVOKE INSERT, DELETE ON credential_index FROM weft_fleet;
REVOKE SELECT ON api_key FROM weft_fleet, weft_upgrade;
REVOKE SELECT ON credential_index, enrolment_token FROM weft_upgrade;
