package io.weft.agent.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parser {@code istioSyncz}: a list of proxies, each with the nonce last sent and last acknowledged per type. Seen in Istio
 * 1.26 and 1.27.
 */
final class Syncz {
    private static final List<String> TYPES = List.of("cluster", "listener", "route", "endpoint");

    private static final Set<String> ALWAYS = Set.of("cluster", "listener");

    /** State of one proxy; {@code pod} is "namespace/name". */
    record Proxy(String pod, String version, boolean synced, boolean rejected) {}

    private Syncz() {}

    /** Proxies by pod. Throws IllegalArgumentException when the answer is no list. */
    static Map<String, Proxy> parse(JsonNode answer) {
        if (!answer.isArray()) {
            throw new IllegalArgumentException("syncz is no list");
        }
        Map<String, Proxy> proxies = new LinkedHashMap<>();
        for (JsonNode entry : answer) {
            // web-6d4cf56db6-abcde.shop, or in full sidecar~10.0.0.1~web-6d4cf56db6-abcde.shop~shop.svc.cluster.local
            String[] parts = entry.path("proxy").asText("").split("~", -1);
            String id = parts.length == 4 ? parts[2] : parts[0];
            int dot = id.lastIndexOf('.');
            if (dot > 0) {
                String pod = id.substring(dot + 1) + "/" + id.substring(0, dot);
                String version = entry.path("istio_version")
                        .asText(entry.path("proxy_version").asText(""));
                proxies.put(pod, new Proxy(pod, version, synced(entry), rejected(entry)));
            }
        }
        return proxies;
    }

    /** A proxy that was sent nothing yet is not synced: clusters and listeners every one gets. */
    private static boolean synced(JsonNode entry) {
        return TYPES.stream().allMatch(type -> {
            String sent = entry.path(type + "_sent").asText("");
            return sent.isEmpty()
                    ? !ALWAYS.contains(type)
                    : sent.equals(entry.path(type + "_acked").asText(""));
        });
    }

    private static boolean rejected(JsonNode entry) {
        for (JsonNode resource : entry.path("resources")) {
            if (!resource.path("lastError").asText("").isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
