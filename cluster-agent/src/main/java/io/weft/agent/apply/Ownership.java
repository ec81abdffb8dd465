package io.weft.agent.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import io.weft.agent.plan.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Who owns what in an object. Whoever changes a field of ours takes it out of our entry in {@code managedFields}, so the
 * hash of that entry is all the agent has to remember to notice drift; values need not be kept.
 */
final class Ownership {
    static final String MANAGER = "weft";
    static final String LABEL = "app.kubernetes.io/managed-by";
    static final String SELECTOR = LABEL + "=" + MANAGER;
    /** Digest of the body that was applied; says after a restart that the object's fields were ours. */
    static final String DIGEST = "weft.io/digest";

    /**
     * What was seen of an object of ours.
     *
     * @param fields hash of the fields that Weft owns, "" = none
     */
    record Trace(String uid, String digest, String fields, boolean deleting) {}

    private Ownership() {}

    /** The body as it is applied: with Weft's label and the body's digest. */
    static ObjectNode intent(ObjectKey key, byte[] raw, String digest) {
        ObjectNode intent = (ObjectNode) Json.read(raw);
        intent.put("apiVersion", key.apiVersion()).put("kind", key.kind());
        ObjectNode metadata = intent.withObject("/metadata");
        metadata.put("name", key.name());
        if (!key.namespace().isEmpty()) {
            metadata.put("namespace", key.namespace());
        }
        metadata.withObject("/labels").put(LABEL, MANAGER);
        metadata.withObject("/annotations").put(DIGEST, digest);
        return intent;
    }

    static boolean isOurs(JsonNode object) {
        return MANAGER.equals(object.path("metadata").path("labels").path(LABEL).asText());
    }

    static Trace trace(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return new Trace(
                metadata.path("uid").asText(),
                metadata.path("annotations").path(DIGEST).asText(""),
                ownedFields(metadata).map(Ownership::hash).orElse(""),
                metadata.has("deletionTimestamp"));
    }

    /** True when an Apply manager other than Weft (another GitOps tool, Helm) holds fields of the object. */
    static boolean hasOtherApplier(JsonNode object) {
        for (JsonNode entry : object.path("metadata").path("managedFields")) {
            if ("Apply".equals(entry.path("operation").asText())
                    && !MANAGER.equals(entry.path("manager").asText())) {
                return true;
            }
        }
        return false;
    }

    private static Optional<JsonNode> ownedFields(JsonNode metadata) {
        for (JsonNode entry : metadata.path("managedFields")) {
            if (MANAGER.equals(entry.path("manager").asText())
                    && "Apply".equals(entry.path("operation").asText())) {
                return Optional.of(entry.path("fieldsV1"));
            }
        }
        return Optional.empty();
    }

    private static String hash(JsonNode fields) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            feed(fields, sha);
            return HexFormat.of().formatHex(sha.digest(), 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Member names in sorted order: the server does not promise one. */
    private static void feed(JsonNode fields, MessageDigest sha) {
        TreeSet<String> names = new TreeSet<>();
        fields.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            sha.update((name + "{").getBytes(StandardCharsets.UTF_8));
            feed(fields.path(name), sha);
            sha.update((byte) '}');
        }
    }
}
