package io.weft.kit.readiness;

import io.quarkus.arc.Unremovable;
import io.weft.kit.tenancy.TenantTransactions;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/** Older servers apply the wrong policy (CVE-2024-10976) or tell of hidden rows (CVE-2025-8713). */
@Singleton
@Unremovable
public final class DatabaseVersionCheck implements ReadinessCheck {
    /** Least minor version by major version; from 18 on every one is good. */
    private static final Map<Integer, Integer> LEAST_MINOR = Map.of(17, 6, 16, 10, 15, 14);

    private static final int FIRST_GOOD_MAJOR = 18;
    private static final int MAJOR = 10_000;

    private final TenantTransactions transactions;

    public DatabaseVersionCheck(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public List<String> dangers() {
        return dangers(
                transactions.platform(tx -> tx.first(Integer.class, "SELECT current_setting('server_version_num')::int")
                        .orElseThrow()));
    }

    /** {@code 170006} is 17.6. */
    static List<String> dangers(int version) {
        int major = version / MAJOR;
        int minor = version % MAJOR;
        Integer least = LEAST_MINOR.get(major);
        if (major >= FIRST_GOOD_MAJOR || (least != null && minor >= least)) {
            return List.of();
        }
        return List.of("quarkus.datasource.jdbc.url leads to PostgreSQL " + major + "." + minor
                + ", whose row security has known holes: use 18, or at least 17.6, 16.10 or 15.14");
    }
}
