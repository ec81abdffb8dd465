package io.weft.agent.inventory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.loop.Loop;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.report.Uplink;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Observation;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/** What would go wrong with a move or an installation, told before it is tried. */
public final class Preflight implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Preflight.class);
    private static final Duration LOOK = Duration.ofSeconds(15);
    private static final Duration RIGHTS_HELD = Duration.ofMinutes(5);
    private static final Duration RIGHTS_MISSING = Duration.ofSeconds(30);
    private static final int MOST_FINDINGS = 200;
    private static final List<String> LABELS = List.of("istio-injection", "istio.io/rev");

    private final Inventory inventory;
    private final Rights rights;
    private final Uplink uplink;
    private final InstantSource clock;
    private final String namespace;
    private final Loop loop = new Loop("preflight", this::run);
    private List<String> missing = List.of();
    private volatile boolean send;
    private String sent = "";
    private Instant askAgain = Instant.EPOCH;

    public Preflight(
            Inventory inventory,
            KubeApi api,
            Path rules,
            String namespace,
            String account,
            Uplink uplink,
            InstantSource clock) {
        this.inventory = inventory;
        this.rights = new Rights(api, rules, namespace, account);
        this.namespace = namespace;
        this.uplink = uplink;
        this.clock = clock;
    }

    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    public void connected() {
        send = true;
        loop.wake();
    }

    private Duration run() {
        if (!askAgain.isAfter(clock.instant())) {
            askForRights();
        }
        boolean rightsKnown = askAgain.isAfter(Instant.EPOCH);
        if (rightsKnown && (inventory.synced() || !missing.isEmpty())) { // without rights it may never be
            String findings = Json.write(findings(inventory.objects()));
            if ((send || !findings.equals(sent)) && report(findings)) {
                sent = findings;
                send = false;
            }
        }
        return LOOK;
    }

    private void askForRights() {
        try {
            missing = rights.missing();
            askAgain = clock.instant().plus(missing.isEmpty() ? RIGHTS_HELD : RIGHTS_MISSING);
        } catch (KubeRefusal refusal) {
            LOG.warnf("the agent's rights are not known, asking again: %s", refusal.getMessage());
        }
    }

    private boolean report(String findings) {
        return uplink.send(AgentMessage.newBuilder()
                .setObservation(Observation.newBuilder().setSubject("preflight").setBodyJson(findings))
                .build());
    }

    ArrayNode findings(Map<ObjectKey, String> objects) {
        ArrayNode findings = Json.array();
        missing.forEach(right -> add(
                findings,
                "PermissionMissing",
                right,
                "the agent lacks the right to " + right
                        + "; run the install line again: its lifecycleRules contain what the releases need"));
        Map<String, String> accounts = new TreeMap<>();
        objects.forEach((key, body) -> {
            if (key.kind().equals("Namespace")) {
                bothLabels(findings, key, Json.read(body));
            } else if (key.kind().equals("Workload") && isUsers(key.namespace())) {
                JsonNode workload = Json.read(body);
                graceful(findings, key, workload);
                sharedIdentity(findings, key, workload, accounts);
            }
        });
        return findings;
    }

    private boolean isUsers(String ofNamespace) {
        return !ofNamespace.startsWith("kube-")
                && !ofNamespace.equals(namespace)
                && !ofNamespace.equals("istio-system")
                && !ofNamespace.equals("weft-probes");
    }

    private static void bothLabels(ArrayNode findings, ObjectKey key, JsonNode body) {
        if (LABELS.stream().allMatch(body.path("labels")::has)) {
            add(
                    findings,
                    "BothInjectionLabels",
                    key.toString(),
                    "has both " + String.join(" and ", LABELS)
                            + "; the first wins, so moving the second has no effect");
        }
    }

    private static void graceful(ArrayNode findings, ObjectKey key, JsonNode workload) {
        JsonNode graceful = workload.path("graceful");
        StringBuilder lacks = new StringBuilder();
        lack(lacks, graceful, "readiness", "a readiness probe on every container");
        lack(lacks, graceful, "preStop", "a preStop pause on every container");
        lack(lacks, graceful, "surge", "maxUnavailable: 0");
        lack(lacks, graceful, "holdApplication", "holdApplicationUntilProxyStarts");
        if (!lacks.isEmpty()) {
            add(
                    findings,
                    "NoGracefulStop",
                    named(key, workload),
                    "may lose requests when it is restarted; lacks " + lacks);
        }
    }

    private static void lack(StringBuilder lacks, JsonNode graceful, String field, String what) {
        if (!graceful.path(field).asBoolean(false)) {
            lacks.append(lacks.isEmpty() ? "" : ", ").append(what);
        }
    }

    private static void sharedIdentity(
            ArrayNode findings, ObjectKey key, JsonNode workload, Map<String, String> accounts) {
        String account = key.namespace() + "/" + workload.path("serviceAccount").asText();
        String other = accounts.putIfAbsent(account, named(key, workload));
        if (other != null) {
            add(
                    findings,
                    "SharedIdentity",
                    named(key, workload),
                    "shares service account " + account + " with " + other
                            + ": a policy by identity cannot tell them apart");
        }
    }

    private static String named(ObjectKey key, JsonNode workload) {
        return workload.path("kind").asText() + " " + key.namespace() + "/"
                + key.name().substring(key.name().indexOf('/') + 1);
    }

    private static void add(ArrayNode findings, String code, String object, String message) {
        if (findings.size() < MOST_FINDINGS) {
            findings.addObject().put("code", code).put("object", object).put("message", message);
        } else if (findings.size() == MOST_FINDINGS) {
            findings.addObject()
                    .put("code", "Truncated")
                    .put("object", "")
                    .put("message", "there are more findings than these " + MOST_FINDINGS);
        }
    }
}
