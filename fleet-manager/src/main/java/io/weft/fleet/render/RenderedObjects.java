package io.weft.fleet.render;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes a chart's objects fit for server-side apply: whose field it is, that controller keeps (A3, A9). */
final class RenderedObjects {
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String WEFT = "weft";

    private static final Set<String> CLUSTER_WIDE = Set.of(
            "Namespace",
            "CustomResourceDefinition",
            "ClusterRole",
            "ClusterRoleBinding",
            "PriorityClass",
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "GatewayClass",
            "StorageClass",
            "APIService",
            "RuntimeClass");

    private RenderedObjects() {}

    /** The objects with labels and namespaces set and without what other controllers write. */
    static List<Map<String, Object>> prepared(List<Map<String, Object>> objects, String namespace) {
        Set<String> scaled = scaled(objects);
        List<Map<String, Object>> prepared = new ArrayList<>();
        for (Map<String, Object> object : objects) {
            Map<String, Object> copy = new TreeMap<>(object);
            copy.remove("status");
            Map<String, Object> metadata = map(copy.get("metadata"));
            String kind = String.valueOf(copy.get("kind"));
            if (!CLUSTER_WIDE.contains(kind)) {
                metadata.putIfAbsent("namespace", namespace);
            }
            Map<String, Object> labels = map(metadata.get("labels"));
            labels.put(MANAGED_BY, WEFT);
            metadata.put("labels", labels);
            metadata.remove("creationTimestamp");
            copy.put("metadata", metadata);
            leaveToOthers(copy, kind, scaled.contains(kind + "/" + metadata.get("name")));
            prepared.add(copy);
        }
        return prepared;
    }

    private static void leaveToOthers(Map<String, Object> object, String kind, boolean scaled) {
        if (scaled) { // the autoscaler writes it
            Map<String, Object> spec = map(object.get("spec"));
            spec.remove("replicas");
            object.put("spec", spec);
        }
        if (kind.endsWith("WebhookConfiguration") && object.get("webhooks") instanceof List<?> webhooks) {
            List<Map<String, Object>> kept = new ArrayList<>();
            for (Object webhook : webhooks) { // istiod writes both once it can answer
                Map<String, Object> copy = map(webhook);
                copy.remove("failurePolicy");
                Map<String, Object> client = map(copy.get("clientConfig"));
                client.remove("caBundle");
                copy.put("clientConfig", client);
                kept.add(copy);
            }
            object.put("webhooks", kept);
        }
    }

    private static Set<String> scaled(List<Map<String, Object>> objects) {
        Set<String> scaled = new HashSet<>();
        for (Map<String, Object> object : objects) {
            if ("HorizontalPodAutoscaler".equals(object.get("kind"))) {
                Map<String, Object> target = map(map(object.get("spec")).get("scaleTargetRef"));
                scaled.add(target.get("kind") + "/" + target.get("name"));
            }
        }
        return scaled;
    }

    /** A copy that may be changed; empty where there is no object. */
    private static Map<String, Object> map(@Nullable Object value) {
        Map<String, Object> copy = new TreeMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, inner) -> copy.put(String.valueOf(key), inner));
        }
        return copy;
    }
}
