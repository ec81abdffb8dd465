package io.weft.fleet.compile;

import io.weft.kit.tenancy.TenantTx;

/**
 * Between those who store layers and who removes them, per organisation and until the transaction ends. A body that is stored
 * already is not stored again; without the lock it could go before the layer that names it is there to be seen.
 */
public final class LayerLock {
    private static final String KEY = "hashtextextended('layers/' || ?, 0)";

    private LayerLock() {}

    /** For storing; take it before any row that a compile locks, except those of the queue. */
    static void shared(TenantTx tx) {
        tx.first(
                String.class,
                "SELECT pg_advisory_xact_lock_shared(" + KEY + ")::text",
                tx.tenant().value().toString());
    }

    /** For removing. */
    public static void exclusive(TenantTx tx) {
        tx.first(
                String.class,
                "SELECT pg_advisory_xact_lock(" + KEY + ")::text",
                tx.tenant().value().toString());
    }
}
