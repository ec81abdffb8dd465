package io.weft.model.compile;

import io.weft.model.manifest.Manifest;
import io.weft.model.manifest.ObjectKey;
import io.weft.model.policy.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One policy while it is being compiled. */
final class Draft {
    private final PolicyIntent intent;
    private final List<ObjectKey> objects = new ArrayList<>();
    private final List<Report> reports = new ArrayList<>();
    private PolicyOutcome.@Nullable Refused refused;

    Draft(PolicyIntent intent) {
        this.intent = intent;
    }

    PolicyIntent intent() {
        return intent;
    }

    Target target() {
        return intent.spec().target();
    }

    void made(Manifest manifest) {
        objects.add(manifest.key());
    }

    void report(String code, String message) {
        Report report = new Report(code, message);
        if (!reports.contains(report)) {
            reports.add(report);
        }
    }

    /** The first refusal stands. */
    void refuse(PolicyOutcome.Refused outcome) {
        if (refused == null) {
            refused = outcome;
        }
    }

    boolean isRefused() {
        return refused != null;
    }

    List<ObjectKey> objects() {
        return List.copyOf(objects);
    }

    PolicyOutcome outcome() {
        return Optional.<PolicyOutcome>ofNullable(refused)
                .orElseGet(
                        () -> new PolicyOutcome.Ready(objects.stream().sorted().toList(), List.of(), reports));
    }
}
