package io.weft.testkit;

import io.weft.local.PostgresProcess;

/** The PostgreSQL of this test run: real, with row security, fsync and passwords, and not in UTC. */
public final class Postgres {
    private Postgres() {}

    /** Starts it when first called (about 3 s). */
    public static PostgresProcess shared() {
        return Shared.postgres();
    }
}
