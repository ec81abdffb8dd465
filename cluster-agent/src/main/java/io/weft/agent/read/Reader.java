package io.weft.agent.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.apply.DesiredState;
import io.weft.agent.apply.Document;
import io.weft.agent.inventory.PodView;
import io.weft.agent.inventory.Pods;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.loop.Loop;
import io.weft.agent.report.Uplink;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Observation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** Reads every control plane's view of its proxies and reports it as the observation {@code meshStatus}. */
public final class Reader implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Reader.class);
    private static final int MAX_BYTES = 8 * 1024 * 1024;
    private static final int MILLIS = 3_000;
    private static final String CONNECTED = "connectedProxies";
    private static final int MOST_PROXIES = 1_000;
    private static final Duration SHORTEST = Duration.ofSeconds(5);
    private static final Duration AT_LEAST_EVERY = Duration.ofSeconds(30);

    private final DesiredState state;
    private final Pods pods;
    private final AudienceToken tokens;
    private final Uplink uplink;
    private final InstantSource clock;
    private final Loop loop = new Loop("read", this::run);
    private String sent = "";
    private Instant sentAt = Instant.EPOCH;
    /** When every control plane was last read; EPOCH = never. */
    private Instant readAt = Instant.EPOCH;

    public Reader(
            DesiredState state,
            Pods pods,
            KubeApi api,
            String namespace,
            String account,
            Uplink uplink,
            InstantSource clock) {
        this.state = state;
        this.pods = pods;
        this.tokens = new AudienceToken(api, namespace, account, clock);
        this.uplink = uplink;
        this.clock = clock;
        state.onChange(loop::wake);
    }

    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    public void connected() {
        sentAt = Instant.EPOCH;
        loop.wake();
    }

    private Duration run() {
        List<Document> definitions = state.documents("Read").stream()
                .filter(document ->
                        "istioSyncz".equals(document.body().path("parser").asText()))
                .sorted(Comparator.comparing(Document::name))
                .toList();
        if (definitions.isEmpty() || !pods.synced()) {
            return definitions.isEmpty() ? AT_LEAST_EVERY : SHORTEST;
        }
        ObjectNode status = Json.object();
        ArrayNode controlPlanes = status.putArray("controlPlanes");
        Map<String, Syncz.Proxy> proxies = new HashMap<>();
        Duration interval = Duration.ofSeconds(10);
        boolean all = true;
        for (Document definition : definitions) {
            ObjectNode controlPlane = read(definition.body(), proxies);
            controlPlanes.add(controlPlane);
            all &= controlPlane.has(CONNECTED);
            interval =
                    Duration.ofSeconds(definition.body().path("intervalSeconds").asLong(10));
        }
        status.set("proxies", proxies(proxies));
        readAt = all ? clock.instant() : readAt;
        report(status);
        return interval.compareTo(SHORTEST) < 0 ? SHORTEST : interval;
    }

    private void report(ObjectNode status) {
        String now = Json.write(status);
        Instant time = clock.instant();
        if (now.equals(sent) && sentAt.plus(AT_LEAST_EVERY).isAfter(time)) {
            return;
        }
        if (readAt.isAfter(Instant.EPOCH)) {
            status.put("time", readAt.toString()); // grows old while a control plane cannot be read
        }
        boolean accepted = uplink.send(AgentMessage.newBuilder()
                .setObservation(
                        Observation.newBuilder().setSubject("meshStatus").setBodyJson(Json.write(status)))
                .build());
        if (accepted) {
            sent = now;
            sentAt = time;
        }
    }

    /** Without figures where a replica could not be read: unknown is not none. */
    private ObjectNode read(JsonNode definition, Map<String, Syncz.Proxy> proxies) {
        List<PodView> replicas = pods.selected(
                        definition.path("namespace").asText(),
                        selector(definition.path("podSelector").asText("")))
                .filter(pod -> !pod.deleting())
                .sorted(Comparator.comparing(PodView::name))
                .toList();
        Map<String, Syncz.Proxy> own = new LinkedHashMap<>();
        String message = replicas.isEmpty() ? "no pod of this control plane" : "";
        boolean unreadable = false;
        for (PodView replica : replicas) {
            try {
                own.putAll(Syncz.parse(ask(replica, definition)));
            } catch (IOException | UncheckedIOException | KubeRefusal | IllegalArgumentException e) {
                unreadable = true;
                message = replica.name() + ": " + e.getMessage();
                LOG.debugf("reading %s: %s", definition.path("name").asText(), e.getMessage());
            }
        }
        proxies.putAll(own);
        ObjectNode controlPlane = Json.object()
                .put("revision", definition.path("revision").asText())
                .put("version", replicas.isEmpty() ? "" : version(replicas.getLast()))
                .put("ready", replicas.stream().anyMatch(PodView::ready))
                .put("message", message);
        if (!unreadable) {
            long synced = own.values().stream().filter(Syncz.Proxy::synced).count();
            controlPlane
                    .put(CONNECTED, own.size())
                    .put("synced", synced)
                    .put("notSynced", own.size() - synced)
                    .put(
                            "rejected",
                            own.values().stream().filter(Syncz.Proxy::rejected).count());
        }
        return controlPlane;
    }

    private static String version(PodView pod) {
        return pod.containers().entrySet().stream()
                .min(Map.Entry.comparingByKey())
                .map(entry -> entry.getValue().version())
                .orElse("");
    }

    /** Every pod with a proxy, whether or not a control plane knows it. */
    private ArrayNode proxies(Map<String, Syncz.Proxy> known) {
        ArrayNode list = Json.array();
        for (Document scrape : state.documents("Scrape")) {
            String annotation = scrape.body().path("podAnnotation").asText("");
            String container = scrape.body().path("container").asText("");
            if (!annotation.isEmpty()) {
                pods.annotated(annotation)
                        .filter(pod -> !pod.deleting() && pod.containers().containsKey(container))
                        .sorted(Comparator.comparing(pod -> pod.namespace() + "/" + pod.name()))
                        .limit(MOST_PROXIES)
                        .forEach(pod -> list.add(proxy(pod, annotation, container, known)));
            }
        }
        return list;
    }

    private static ObjectNode proxy(PodView pod, String annotation, String container, Map<String, Syncz.Proxy> known) {
        PodView.ContainerView view = pod.containers().get(container);
        Syncz.Proxy proxy = known.get(pod.namespace() + "/" + pod.name());
        String image = view == null ? "" : view.image();
        String tag = view == null ? "" : view.version();
        return Json.object()
                .put("namespace", pod.namespace())
                .put("workload", pod.workload())
                .put("pod", pod.name())
                .put("revision", pod.annotations().getOrDefault(annotation, ""))
                .put("version", proxy == null || proxy.version().isEmpty() ? tag : proxy.version())
                .put("image", image)
                .put("synced", proxy != null && proxy.synced());
    }

    /** The token goes to the pod's own address only, and never along a redirect: istiod would sign for its bearer. */
    private JsonNode ask(PodView pod, JsonNode definition) throws IOException {
        String url = "http://" + (pod.ip().contains(":") ? "[" + pod.ip() + "]" : pod.ip()) + ":"
                + definition.path("port").asInt() + definition.path("path").asText();
        if (!(URI.create(url).toURL().openConnection() instanceof HttpURLConnection connection)) {
            throw new IOException("no HTTP address: " + url);
        }
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(MILLIS);
        connection.setReadTimeout(MILLIS);
        String audience = definition.path("tokenAudience").asText("");
        if (!audience.isEmpty()) {
            connection.setRequestProperty("Authorization", "Bearer " + tokens.of(audience));
        }
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK) {
            connection.disconnect();
            throw new IOException(definition.path("path").asText() + " answered " + status
                    + (status == 401 ? "; no proxies are known, which is not the same as none" : ""));
        }
        try (InputStream in = connection.getInputStream()) {
            byte[] answer = in.readNBytes(MAX_BYTES + 1);
            if (answer.length > MAX_BYTES) {
                throw new IOException(definition.path("path").asText() + " answered more than " + MAX_BYTES + " bytes");
            }
            return Json.read(answer);
        }
    }

    private static Map<String, String> selector(String text) {
        Map<String, String> selector = new LinkedHashMap<>();
        for (String term : Pattern.compile(",").split(text)) {
            int equals = term.indexOf('=');
            if (equals > 0) {
                selector.put(
                        term.substring(0, equals).strip(),
                        term.substring(equals + 1).strip());
            }
        }
        return selector;
    }
}
