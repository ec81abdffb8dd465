package io.weft.kit.readiness;

import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** Asks every {@link ReadinessCheck} and stops an unsafe start, naming all dangers at once. */
@Singleton
@Unremovable
final class StartGate {
    private static final Logger LOG = Logger.getLogger(StartGate.class);

    private final Instance<ReadinessCheck> checks;

    StartGate(Instance<ReadinessCheck> checks) {
        this.checks = checks;
    }

    void beforeServing(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent start) {
        refuseUnsafe(checks);
    }

    static void refuseUnsafe(Iterable<ReadinessCheck> checks) {
        List<String> dangers = new ArrayList<>();
        for (ReadinessCheck check : checks) {
            for (String danger : check.dangers()) {
                LOG.errorf("start.refused check=%s %s", check.name(), danger);
                dangers.add(check.name() + ": " + danger);
            }
        }
        if (!dangers.isEmpty()) {
            throw new UnsafeStart(dangers);
        }
    }

    /** The service does not start like this. */
    static final class UnsafeStart extends RuntimeException {
        UnsafeStart(List<String> dangers) {
            super("Not started, because it would be unsafe:\n  - " + String.join("\n  - ", dangers));
        }
    }
}
