package io.weft.model.manifest;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A layer's table of contents. Its canonical JSON is what the layer's digest is over. */
public record LayerDocument(List<Phase> phases) {

    public LayerDocument {
        phases = List.copyOf(phases);
    }

    /** Bodies and checks in order. */
    public record Phase(String name, List<BodyRef> bodies, List<Check> checks) {
        public Phase {
            bodies = List.copyOf(bodies);
            checks = List.copyOf(checks);
        }
    }

    /** A body by the digest and the length in bytes of its raw canonical JSON. */
    public record BodyRef(ObjectKey object, String digest, int rawBytes) {
        Map<String, Object> toMap() {
            return Map.of("object", object.toMap(), "digest", digest, "rawBytes", rawBytes);
        }
    }

    public Stream<BodyRef> bodies() {
        return phases.stream().flatMap(phase -> phase.bodies().stream());
    }

    public Map<String, Object> toMap() {
        List<Map<String, Object>> list = phases.stream()
                .map(phase -> Map.<String, Object>of(
                        "name", phase.name(),
                        "bodies", phase.bodies().stream().map(BodyRef::toMap).toList(),
                        "checks", phase.checks().stream().map(Check::toMap).toList()))
                .toList();
        return Map.of("phases", list);
    }

    public String digest() {
        return CanonicalJson.digest(toMap());
    }

    /** Reads {@link #toMap()} back, as it is stored. Throws IllegalArgumentException for anything else. */
    public static LayerDocument fromMap(Map<String, ?> map) {
        return new LayerDocument(
                maps(map.get("phases")).map(LayerDocument::phase).toList());
    }

    private static Phase phase(Map<String, ?> map) {
        return new Phase(
                String.valueOf(map.get("name")),
                maps(map.get("bodies")).map(LayerDocument::bodyRef).toList(),
                maps(map.get("checks")).map(LayerDocument::check).toList());
    }

    private static BodyRef bodyRef(Map<String, ?> map) {
        return new BodyRef(
                ObjectKey.fromMap(map(map.get("object"))), String.valueOf(map.get("digest")), number(map, "rawBytes"));
    }

    private static Check check(Map<String, ?> map) {
        return new Check(
                String.valueOf(map.get("type")),
                ObjectKey.fromMap(map(map.get("object"))),
                map(map.get("parameters")),
                number(map, "timeoutSeconds"));
    }

    private static int number(Map<String, ?> map, String key) {
        if (map.get(key) instanceof Number number) {
            return number.intValue();
        }
        throw new IllegalArgumentException("layer document: " + key + " is a number, got " + map.get(key));
    }

    private static Stream<Map<String, Object>> maps(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(LayerDocument::map);
        }
        throw new IllegalArgumentException("layer document: a list is missing, got " + value);
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    private static Map<String, Object> map(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("layer document: an object is missing, got " + value);
    }
}
