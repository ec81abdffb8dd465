package io.weft.api.audit;

import io.weft.kit.id.TenantId;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An export holds a thread for as long as its reader takes: one for each organisation, and a few in all. */
@Singleton
public final class ExportSlots {
    static final int MOST = 8;

    private final Set<TenantId> running = ConcurrentHashMap.newKeySet();

    /** Something that writes. */
    @FunctionalInterface
    public interface Export {
        void write() throws IOException;
    }

    /**
     * Runs an export.
     *
     * @throws Problem {@code RATE_LIMITED} while the organisation has another one, {@code UNAVAILABLE} while too many run
     */
    public void run(TenantId tenant, Export export) throws IOException {
        if (!running.add(tenant)) {
            throw Problem.of(
                    ProblemType.RATE_LIMITED, "Another export of the organisation is running: wait until it has ended");
        }
        try {
            if (running.size() > MOST) {
                throw Problem.of(ProblemType.UNAVAILABLE, "Too many exports are running: try again in a minute");
            }
            export.write();
        } finally {
            running.remove(tenant);
        }
    }
}
