package io.weft.model.policy;

import io.weft.model.input.Fields;
import io.weft.model.input.TextForm;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Sends requests that carry certain headers to certain pods of a service. Rules are tried in order; what none of them
 * matches goes where it went without the policy.
 *
 * @param service name of a Service in the target's namespace
 * @param port of that Service
 */
public record TrafficRoute(String service, int port, List<Rule> rules) implements PolicyRules {
    private static final int MAX_PORT = 65535;

    public TrafficRoute {
        rules = List.copyOf(rules);
    }

    /**
     * One kind of request and where it goes.
     *
     * @param headers exact values by lower-case name; a request must carry all of them
     * @param labels of the pods that answer
     */
    public record Rule(SortedMap<String, String> headers, SortedMap<String, String> labels) {
        public Rule {
            headers = new TreeMap<>(headers);
            labels = new TreeMap<>(labels);
        }
    }

    static TrafficRoute read(Fields fields) {
        fields.only(Set.of("service", "port", "rules"));
        String service = fields.text("service", TextForm.DNS_LABEL);
        if (!fields.has("port")) {
            fields.violate("port", "REQUIRED", "Give the Service's port");
        }
        Integer port = fields.optionalInteger("port", 1, MAX_PORT);
        return new TrafficRoute(service, port == null ? 1 : port, fields.objects("rules", 1, TrafficRoute::rule));
    }

    private static Rule rule(Fields fields) {
        fields.only(Set.of("match", "to"));
        Map<String, String> headers = fields.object("match")
                .only(Set.of("headers"))
                .textMap("headers", TextForm.HEADER_NAME, TextForm.HEADER_VALUE);
        Map<String, String> labels =
                fields.object("to").only(Set.of("labels")).textMap("labels", TextForm.LABEL_KEY, TextForm.LABEL_VALUE);
        return new Rule(new TreeMap<>(headers), new TreeMap<>(labels));
    }

    @Override
    public PolicyKind kind() {
        return PolicyKind.TRAFFIC_ROUTE;
    }
}
