package io.weft.upgrade.probe;

import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;

/** Takes back what a proof said once it has expired. */
@Singleton
final class ProofExpiry {
    static final String PROBE = "probe";

    private final InstantSource clock;

    ProofExpiry(InstantSource clock) {
        this.clock = clock;
    }

    /** Has every proof that expires looked at then; one that is scheduled already stays so. */
    static void scheduleAll(TenantTx tx) {
        tx.list(Expiry.class, """
                SELECT t.policy_id AS policy, min(t.proof_expire_time) AS time FROM policy_target t
                WHERE t.state = 'enforced' AND t.proof_expire_time IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM due_work d WHERE d.kind = 'probe' AND d.tenant_id = t.tenant_id AND d.object_id = t.policy_id)
                GROUP BY t.policy_id
                """)
                .forEach(expiry -> DueWork.schedule(tx, PROBE, expiry.policy(), expiry.time(), "proof expires"));
    }

    record Expiry(UUID policy, Instant time) {}

    /** Looks at a policy, whether its probe is still there or not; gives the time at which a proof of it expires next. */
    Optional<Instant> look(TenantTx tx, UUID policy) {
        Instant now = clock.instant();
        tx.update("""
                UPDATE policy_target SET state = 'applied', reason = 'ProofExpired', update_time = ?,
                    message = 'the last proof expired at ' || proof_expire_time || '; a new run has to pass'
                WHERE policy_id = ? AND state = 'enforced' AND proof_expire_time <= ?
                """, now, policy, now);
        return tx.list(Instant.class, """
                SELECT proof_expire_time FROM policy_target
                WHERE policy_id = ? AND state = 'enforced' AND proof_expire_time IS NOT NULL
                """, policy).stream().min(Comparator.naturalOrder());
    }
}
