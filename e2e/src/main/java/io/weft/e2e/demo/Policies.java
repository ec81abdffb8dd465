package io.weft.e2e.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.e2e.demo.Await.Look;
import io.weft.e2e.launch.Failure;
import io.weft.e2e.launch.Say;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Three policies, each awaited until a probe has seen its effect beside a positive control. */
final class Policies {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final List<String> FINAL = List.of("notEnforced", "refused", "failed");

    private final Hub hub;
    private final Say say;
    private final Await await;

    Policies(Hub hub, Say say) {
        this.hub = hub;
        this.say = say;
        this.await = new Await(say);
    }

    /** A policy of the demo as the API takes it. */
    record Draft(String name, String kind, Map<String, Object> spec) {
        Map<String, Object> body() {
            return Map.of("name", name, "kind", kind, "spec", spec);
        }
    }

    static Draft strictShop() {
        return new Draft(
                "shop-strict",
                "mutualTls",
                Map.of(
                        "target", Map.of("namespace", "shop"),
                        "mutualTls", Map.of("mode", "strict"),
                        "proof", allow("load/load-client", "/healthz")));
    }

    static Draft paymentsCallers() {
        return new Draft(
                "payments-callers",
                "authorization",
                Map.of(
                        "target", Map.of("namespace", "payments", "services", List.of("payments")),
                        "authorization",
                                Map.of(
                                        "allow",
                                        List.of(
                                                Map.of("serviceAccount", "orders/orders"),
                                                Map.of("serviceAccount", "load/load-client"))),
                        "proof", allow("orders/orders", "/healthz")));
    }

    static Draft catalogCanary() {
        Map<String, Object> proof = new LinkedHashMap<>(allow("shop/web", "/"));
        proof.put("expect", Map.of("header", "x-app-version", "value", "v2"));
        return new Draft(
                "catalog-canary",
                "trafficRoute",
                Map.of(
                        "target", Map.of("namespace", "shop", "services", List.of("catalog")),
                        "trafficRoute",
                                Map.of(
                                        "service",
                                        "catalog",
                                        "port",
                                        8080,
                                        "rules",
                                        List.of(Map.of(
                                                "match", Map.of("headers", Map.of("x-canary", "yes")),
                                                "to", Map.of("labels", Map.of("version", "v2"))))),
                        "proof", proof));
    }

    private static Map<String, Object> allow(String account, String path) {
        return Map.of("allow", Map.of("serviceAccount", account, "method", "GET", "path", path));
    }

    /** Writes the policy and waits for its proof. */
    Report.Policy enforce(Draft draft) {
        long begin = System.nanoTime();
        String id = hub.post("/policies", draft.body()).path("id").asText();
        JsonNode target = await.until(
                "policy " + draft.name() + " enforced",
                LIMIT,
                "./weft logs fleet-manager, and GET /policies/" + id,
                () -> look(draft, hub.get("/policies/" + id)));
        JsonNode proof = target.path("proof");
        Report.Policy policy = new Report.Policy(
                draft.name(),
                draft.kind(),
                target.path("state").asText(),
                new Report.Proof(
                        proof.path("probeId").asText(),
                        proof.path("expected").asText(),
                        proof.path("observed").asText(),
                        proof.path("control").asText()));
        say.line("policy %s (%s) is enforced, %.1f s after it was written"
                .formatted(draft.name(), draft.kind(), (System.nanoTime() - begin) / 1e9));
        say.detail("expected: " + policy.proof().expected());
        say.detail("observed: " + policy.proof().observed());
        say.detail("control:  " + policy.proof().control());
        return policy;
    }

    private static Look<JsonNode> look(Draft draft, JsonNode policy) {
        JsonNode targets = policy.path("status").path("targets");
        if (targets.isEmpty()) {
            return Look.notYet("no target yet");
        }
        JsonNode target = targets.get(0);
        String seen = target.path("state").asText() + " "
                + target.path("reason").asText() + " " + target.path("message").asText() + "; Enforced is "
                + Hub.condition(policy, "Enforced") + "; proof " + target.path("proof");
        if (FINAL.contains(target.path("state").asText())) {
            throw new Failure(
                    "demo",
                    "policy " + draft.name() + " is " + seen,
                    "GET /policies and ./weft logs fleet-manager say more");
        }
        return Look.when(target.path("state").asText().equals("enforced"), target, seen);
    }
}
