package io.weft.model.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A content-addressed part of a cluster's desired state.
 *
 * @param name crds, controlPlane[revision], scrape, placement, probes or policy
 * @param bodies raw canonical JSON by digest
 */
public record Layer(String name, LayerDocument document, SortedMap<String, byte[]> bodies) {
    public static final int MAX_BODY_BYTES = 1024 * 1024;

    /** Throws IllegalArgumentException naming the object whose body is over 1 MiB. */
    public static Layer of(String name, List<PhasePlan> plans) {
        SortedMap<String, byte[]> bodies = new TreeMap<>();
        List<LayerDocument.Phase> phases = new ArrayList<>();
        for (PhasePlan plan : plans) {
            List<LayerDocument.BodyRef> refs = new ArrayList<>();
            for (Manifest manifest : plan.manifests()) {
                byte[] raw = raw(name, manifest);
                String digest = CanonicalJson.digestOf(raw);
                bodies.put(digest, raw);
                refs.add(new LayerDocument.BodyRef(manifest.key(), digest, raw.length));
            }
            phases.add(new LayerDocument.Phase(plan.name(), refs, plan.checks()));
        }
        return new Layer(name, new LayerDocument(phases), bodies);
    }

    private static byte[] raw(String layer, Manifest manifest) {
        byte[] raw = CanonicalJson.bytes(manifest.body());
        if (raw.length > MAX_BODY_BYTES) {
            throw new IllegalArgumentException(
                    "layer " + layer + ": " + manifest.key().id() + " has " + raw.length + " bytes, at most "
                            + MAX_BODY_BYTES + " can be delivered");
        }
        return raw;
    }

    public String digest() {
        return document.digest();
    }
}
