package io.weft.kit.seal;

import io.weft.kit.tenancy.PooledDatabase;
import java.time.Instant;
import java.util.Optional;

/** An audit log with entries of any time, for tests of months. */
public final class LedgerOfMonths {
    private final Ledger ledger;

    public LedgerOfMonths(PooledDatabase database) {
        this.ledger = new Ledger(database);
    }

    /** Entries that pretend to be of a time, waiting for their seal like all others. */
    public void writeAt(Instant time, int entries) {
        String at = "'" + time + "'::timestamptz + n * interval '1 second'";
        ledger.asOwner("""
                WITH entry AS (
                    INSERT INTO audit_entry (tenant_id, id, time, actor_kind, actor, action, target_kind, target_id)
                    SELECT '%s', gen_random_uuid(), %s, 'apiKey', 'key_1', 'a.b', 'a', 'x' FROM generate_series(1, %d) n
                    RETURNING tenant_id, time, id)
                INSERT INTO audit_pending SELECT tenant_id, time, id FROM entry
                """.formatted(ledger.tenant, at, entries));
    }

    public void seal() {
        ledger.seal();
    }

    public void asOwner(String... statements) {
        ledger.asOwner(statements);
    }

    /** In words; {@code removableBefore} as in {@link SealTrust}. */
    public String verdict(Instant removableBefore) {
        SealCheck.Found found =
                ledger.check(new SealRange(null, null, null), new SealTrust(Optional.empty(), removableBefore));
        return found.fault()
                .map(fault -> "broken at " + fault.seal() + ": " + fault.kind())
                .orElseGet(() -> "intact, " + found.entries() + " entries, " + found.removed() + " removed");
    }
}
