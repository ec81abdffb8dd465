package io.weft.api.policy;

import io.weft.api.http.Condition;
import io.weft.api.policy.PolicyView.PolicyRow;
import io.weft.api.policy.PolicyView.TargetRow;
import io.weft.api.policy.PolicyView.TargetView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Sums up a policy's targets. Pure. */
final class PolicyStatus {
    private static final int SHOWN = 20;

    private PolicyStatus() {}

    static PolicyView.Status of(PolicyRow policy, List<TargetRow> targets) {
        Map<String, Long> summary = new TreeMap<>();
        targets.forEach(target -> summary.merge(target.state(), 1L, Long::sum));
        boolean behind = targets.stream().anyMatch(target -> target.appliedGeneration() < policy.generation());
        return new PolicyView.Status(
                policy.generation(),
                behind || policy.deleteTime() != null,
                policy.deleteTime(),
                summary,
                targets.stream().limit(SHOWN).map(TargetView::from).toList(),
                List.of(compiled(policy, targets), applied(policy, targets), enforced(policy, targets)));
    }

    private static Condition compiled(PolicyRow policy, List<TargetRow> targets) {
        Optional<TargetRow> refused = first(targets, target -> target.state().equals("refused"));
        if (refused.isPresent()) {
            return Condition.isFalse("Compiled", "Refused", refused.get().message(), policy.generation());
        }
        boolean pending = targets.stream().anyMatch(target -> target.compiledGeneration() < policy.generation());
        return judged("Compiled", "AllTargets", policy, targets, pending);
    }

    private static Condition applied(PolicyRow policy, List<TargetRow> targets) {
        Optional<TargetRow> failed = first(targets, target -> target.state().equals("failed"));
        if (failed.isPresent()) {
            return Condition.isFalse("Applied", "Rejected", failed.get().message(), policy.generation());
        }
        boolean pending = targets.stream().anyMatch(target -> target.appliedGeneration() < policy.generation());
        return judged("Applied", "AllTargets", policy, targets, pending);
    }

    private static Condition judged(
            String type, String good, PolicyRow policy, List<TargetRow> targets, boolean pending) {
        if (targets.isEmpty()) {
            return Condition.unknown(type, "NoTarget", "No installation is selected", policy.generation());
        }
        return pending
                ? Condition.unknown(type, "Pending", "", policy.generation())
                : Condition.isTrue(type, good, "", policy.generation());
    }

    private static Condition enforced(PolicyRow policy, List<TargetRow> targets) {
        Optional<TargetRow> not = first(targets, target -> target.state().equals("notEnforced"));
        if (not.isPresent()) {
            return Condition.isFalse("Enforced", "ProbeFailed", not.get().message(), policy.generation());
        }
        if (!targets.isEmpty()
                && targets.stream().allMatch(target -> target.state().equals("enforced"))) {
            return Condition.isTrue("Enforced", "ProbesPassed", "", policy.generation());
        }
        if (!policy.spec().path("proof").hasNonNull("allow")) {
            return Condition.unknown(
                    "Enforced",
                    "ProbeNotAuthorised",
                    "Name a call that may be made in spec.proof.allow to have it proved",
                    policy.generation());
        }
        boolean expired =
                first(targets, target -> target.reason().equals("ProofExpired")).isPresent();
        return Condition.unknown("Enforced", expired ? "ProofExpired" : "ProbePending", "", policy.generation());
    }

    private static Optional<TargetRow> first(List<TargetRow> targets, Predicate<TargetRow> which) {
        return targets.stream().filter(which).findFirst();
    }
}
