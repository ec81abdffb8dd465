package io.weft.model.manifest;

import java.util.Map;

/** One object as it is to stand in the cluster. */
public record Manifest(ObjectKey key, Map<String, Object> body) {

    /** A Kubernetes object; its key is read from apiVersion, kind and metadata. */
    public static Manifest of(Map<String, Object> body) {
        return new Manifest(ObjectKey.of(body), body);
    }

    /** A document that only the agent reads. */
    public static Manifest document(String kind, String name, Map<String, Object> body) {
        return new Manifest(ObjectKey.document(kind, name), body);
    }
}
