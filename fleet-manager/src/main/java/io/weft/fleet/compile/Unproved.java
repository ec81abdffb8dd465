package io.weft.fleet.compile;

import io.weft.kit.tenancy.TenantTx;
import java.util.UUID;

/** Why an applied policy is not proved: its probe has not run yet, or there is none (Enforced=Unknown). */
public final class Unproved {
    private static final String PROBED = """
            EXISTS (SELECT 1 FROM probe b WHERE b.policy_id = t.policy_id AND b.installation_id = t.installation_id)""";
    private static final String AUTHORISED = """
            EXISTS (SELECT 1 FROM policy_revision r WHERE r.policy_id = t.policy_id AND r.generation = t.compiled_generation
                AND jsonb_typeof(r.spec #> '{proof,allow}') = 'object')""";

    /** SQL for column reason of {@code policy_target t}. */
    public static final String REASON =
            "CASE WHEN %s THEN 'ProbePending' WHEN %s THEN 'ProbeNotPlanned' ELSE 'ProbeNotAuthorised' END"
                    .formatted(PROBED, AUTHORISED);

    /** SQL for column message of {@code policy_target t}. */
    public static final String MESSAGE = """
            CASE WHEN NOT %s AND %s THEN COALESCE(
                (SELECT report ->> 'message' FROM jsonb_array_elements(t.reports) AS report
                    WHERE starts_with(report ->> 'code', 'PROOF_') LIMIT 1),
                'No call can be planned that this policy refuses or routes, so nothing shows that it is in force')
            ELSE '' END""".formatted(PROBED, AUTHORISED);

    private static final String TAKE_BACK = """
            UPDATE policy_target t SET state = 'applied', reason = %s, message = %s, proof = NULL, proof_expire_time = NULL,
                update_time = now()
            FROM installation i
            WHERE (i.tenant_id, i.id) = (t.tenant_id, t.installation_id) AND i.cluster_id = ?
                AND t.state IN ('enforced', 'notEnforced') AND NOT %s
            """.formatted(REASON, MESSAGE, PROBED);

    private Unproved() {}

    /** What a probe said that exists no longer is said no longer: nobody would repeat it. */
    static void takeBack(TenantTx tx, UUID clusterId) {
        tx.update(TAKE_BACK, clusterId);
    }
}
