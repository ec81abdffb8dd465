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
                SELECT DISTINCT ON (b.id) b.id AS probe, t.proof_expire_time AS time
                FROM policy_target t JOIN probe b ON t.policy_id = b.policy_id AND t.installation_id = b.installation_id
                WHERE t.state = 'enforced' AND t.proof_expire_time IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM due_work d WHERE d.kind = 'probe' AND d.tenant_id = b.tenant_id AND d.object_id = b.id)
                ORDER BY b.id, t.proof_expire_time
                """)
                .forEach(expiry -> DueWork.schedule(tx, PROBE, expiry.probe(), expiry.time(), "proof expires"));
    }

    record Expiry(UUID probe, Instant time) {}

    /** Looks at a probe; gives the time at which its proof expires next. */
    Optional<Instant> look(TenantTx tx, UUID probe) {
        Instant now = clock.instant();
        tx.update("""
                UPDATE policy_target t SET state = 'applied', reason = 'ProofExpired', update_time = ?,
                    message = 'the last proof expired at ' || t.proof_expire_time || '; a new run has to pass'
                FROM probe b
                WHERE b.id = ? AND t.policy_id = b.policy_id AND t.installation_id = b.installation_id
                    AND t.state = 'enforced' AND t.proof_expire_time <= ?
                """, now, probe, now);
        return tx.list(Instant.class, """
                SELECT t.proof_expire_time FROM policy_target t
                JOIN probe b ON t.policy_id = b.policy_id AND t.installation_id = b.installation_id
                WHERE b.id = ? AND t.state = 'enforced' AND t.proof_expire_time IS NOT NULL
                """, probe).stream().min(Comparator.naturalOrder());
    }
}
