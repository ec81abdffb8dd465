package io.weft.model.manifest;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Names one object of a cluster.
 *
 * @param group API group, "" for core, {@code weft.io} for documents that are no Kubernetes objects
 * @param namespace "" for cluster-wide objects
 */
public record ObjectKey(String group, String version, String kind, String namespace, String name)
        implements Comparable<ObjectKey> {
    private static final Comparator<ObjectKey> ORDER = Comparator.comparing(ObjectKey::group)
            .thenComparing(ObjectKey::kind)
            .thenComparing(ObjectKey::namespace)
            .thenComparing(ObjectKey::name)
            .thenComparing(ObjectKey::version);

    public ObjectKey {
        if (version.isEmpty() || kind.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException("an object needs version, kind and name, got " + group + "/" + version
                    + " " + kind + " " + namespace + "/" + name);
        }
    }

    /** Key of a Kubernetes object read from a chart or built here. */
    public static ObjectKey of(Map<String, ?> object) {
        String apiVersion = text(object.get("apiVersion"));
        int slash = apiVersion.indexOf('/');
        Map<?, ?> metadata = object.get("metadata") instanceof Map<?, ?> map ? map : Map.of();
        return new ObjectKey(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                apiVersion.substring(slash + 1),
                text(object.get("kind")),
                text(metadata.get("namespace")),
                text(metadata.get("name")));
    }

    /** Key of a document that only the agent reads; version v1 of group weft.io, without namespace. */
    public static ObjectKey document(String kind, String name) {
        return new ObjectKey("weft.io", "v1", kind, "", name);
    }

    /** Reads {@link #toMap()}; throws IllegalArgumentException where a name is missing. */
    public static ObjectKey fromMap(Map<String, ?> map) {
        return new ObjectKey(
                text(map.get("group")),
                text(map.get("version")),
                text(map.get("kind")),
                text(map.get("namespace")),
                text(map.get("name")));
    }

    /** As it stands in documents and rows: group, version, kind, namespace, name. */
    public Map<String, Object> toMap() {
        return new TreeMap<>(
                Map.of("group", group, "version", version, "kind", kind, "namespace", namespace, "name", name));
    }

    /** The object's identity in one line; the API version is no part of it. */
    public String id() {
        return group + "/" + kind + "/" + namespace + "/" + name;
    }

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
