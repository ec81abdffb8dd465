package io.weft.model.policy;

import io.weft.model.input.Fields;
import io.weft.model.input.TextForm;
import io.weft.model.input.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns a caller's {@code spec} into a policy, or into all that is wrong with it. */
public final class PolicyReader {
    private PolicyReader() {}

    /** The answer to {@link #read}. */
    public sealed interface Read {
        record Valid(PolicySpec spec) implements Read {}

        /** At least one violation, in the order of the document. */
        record Invalid(List<Violation> violations) implements Read {
            public Invalid {
                violations = List.copyOf(violations);
            }
        }
    }

    /** Reads the {@code spec} of a policy of that kind; strings, numbers, maps and lists as a JSON parser gives them. */
    public static Read read(String kind, Map<String, ?> spec) {
        Optional<PolicyKind> known = PolicyKind.of(kind);
        if (known.isEmpty()) {
            return new Read.Invalid(List.of(new Violation(
                    "kind",
                    "UNKNOWN_VALUE",
                    "Give one of: "
                            + Stream.of(PolicyKind.values())
                                    .map(PolicyKind::word)
                                    .sorted()
                                    .collect(Collectors.joining(", ")))));
        }
        List<Violation> violations = new ArrayList<>();
        PolicySpec read = read(known.get(), Fields.of("spec", spec, violations));
        return violations.isEmpty() ? new Read.Valid(read) : new Read.Invalid(violations);
    }

    private static PolicySpec read(PolicyKind kind, Fields fields) {
        fields.only(Set.of("target", kind.word(), "proof", "acceptedLosses", "delivery"));
        Target target = Target.read(fields.object("target"));
        PolicyRules rules = rules(kind, fields.object(kind.word()));
        Fields proofFields = fields.optionalObject("proof");
        Proof proof = proofFields == null ? Proof.none() : Proof.read(proofFields);
        checkRoute(rules, target, proof, fields);
        return new PolicySpec(
                target,
                rules,
                proof,
                fields.texts("acceptedLosses", 0, TextForm.CODE),
                "immediate".equals(fields.word("delivery", Set.of("canaryFirst", "immediate"), "canaryFirst"))
                        ? Delivery.IMMEDIATE
                        : Delivery.CANARY_FIRST);
    }

    private static PolicyRules rules(PolicyKind kind, Fields fields) {
        return switch (kind) {
            case MUTUAL_TLS -> MutualTls.read(fields);
            case AUTHORIZATION -> Authorization.read(fields);
            case TRAFFIC_ROUTE -> TrafficRoute.read(fields);
        };
    }

    private static void checkRoute(PolicyRules rules, Target target, Proof proof, Fields fields) {
        if (rules instanceof TrafficRoute route) {
            if (!target.services().isEmpty() && !target.services().equals(List.of(route.service()))) {
                fields.violate(
                        "target.services",
                        "CONTRADICTION",
                        "A route belongs to the one service it names; leave it out or give only that name");
            }
            if (proof.allow().isPresent() && proof.expect().isEmpty()) {
                fields.violate("proof.expect", "REQUIRED", "Name the response header that shows who answered");
            }
        } else if (proof.expect().isPresent()) {
            fields.violate("proof.expect", "UNKNOWN_FIELD", "Only a trafficRoute is proved by a response header");
        }
    }
}
