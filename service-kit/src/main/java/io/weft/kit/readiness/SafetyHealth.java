package io.weft.kit.readiness;

import io.quarkus.arc.Unremovable;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The checks of the start, asked again every minute while the service runs: what becomes unsafe later takes it out of
 * service, and {@code /q/health} names the check. Texts of dangers go to the log; the answer names checks only, for it is
 * given to anybody.
 */
@Readiness
@Singleton
@Unremovable
final class SafetyHealth implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(SafetyHealth.class);
    private static final Duration ASK_AGAIN = Duration.ofMinutes(1);
    private static final String SAFE = "safe";
    private static final String REFUSED = "refused";

    private final Iterable<ReadinessCheck> checks;
    private final Duration askAgain;
    private @Nullable Asked asked;

    @Inject
    SafetyHealth(Instance<ReadinessCheck> checks) {
        this(checks, ASK_AGAIN);
    }

    SafetyHealth(Iterable<ReadinessCheck> checks, Duration askAgain) {
        this.checks = checks;
        this.askAgain = askAgain;
    }

    private record Asked(long nanos, Map<String, String> answers) {}

    @Override
    public synchronized HealthCheckResponse call() {
        Asked current = asked;
        if (current == null || System.nanoTime() - current.nanos() >= askAgain.toNanos()) {
            current = new Asked(System.nanoTime(), ask());
            asked = current;
        }
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("safety")
                .status(current.answers().values().stream().allMatch(SAFE::equals));
        current.answers().forEach(answer::withData);
        return answer.build();
    }

    private Map<String, String> ask() {
        Map<String, String> answers = new TreeMap<>();
        for (ReadinessCheck check : checks) {
            List<String> dangers = dangers(check);
            dangers.forEach(danger -> LOG.errorf("running.unsafe check=%s %s", check.name(), danger));
            answers.put(check.name(), dangers.isEmpty() ? SAFE : REFUSED);
        }
        return answers;
    }

    /** A check that cannot ask, because the database is away, is no danger: its own health check tells that. */
    private static List<String> dangers(ReadinessCheck check) {
        try {
            return new ArrayList<>(check.dangers());
        } catch (RuntimeException e) {
            LOG.warnf("running.notChecked check=%s cause=%s", check.name(), e.getMessage());
            return List.of();
        }
    }
}
