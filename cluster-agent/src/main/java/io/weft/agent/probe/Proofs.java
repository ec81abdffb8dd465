package io.weft.agent.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.KubeRefusal;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Which probes saw the opposite answer before their policy was applied. Kept in Secret {@code weft-proofs}: with the
 * policy in force a restarted agent could never see it again.
 */
final class Proofs {
    private static final Logger LOG = Logger.getLogger(Proofs.class);
    private static final String SECRET = "weft-proofs";
    private static final String DATA = "proofs.json";

    static final long NEVER = 0;

    /**
     * What was asked before the policy applied.
     *
     * @param subject policy objects as desired
     * @param opposite whether the opposite ever showed
     * @param oppositeGeneration newest generation of the policy before which it did; {@link #NEVER} also where that was not noted
     */
    record Before(String subject, boolean opposite, long oppositeGeneration) {
        static Before read(JsonNode stored) {
            return new Before(
                    stored.path("subject").asText(),
                    stored.path("opposite").asBoolean(),
                    stored.path("oppositeGeneration").asLong(NEVER));
        }

        void write(ObjectNode stored) {
            stored.put("subject", subject).put("opposite", opposite).put("oppositeGeneration", oppositeGeneration);
        }

        /** Another question; an opposite that was seen once stays seen. */
        Before then(String nextSubject, long seenAtGeneration) {
            return new Before(
                    nextSubject, opposite || seenAtGeneration != NEVER, Math.max(oppositeGeneration, seenAtGeneration));
        }
    }

    private static final Before NOTHING = new Before("", false, NEVER);

    private final KubeApi api;
    private final String secrets;
    private final Map<String, Before> befores = new ConcurrentHashMap<>();
    private volatile boolean loaded;

    Proofs(KubeApi api, String namespace) {
        this.api = api;
        this.secrets = "/api/v1/namespaces/" + namespace + "/secrets";
    }

    /** Takes up what is kept. Throws KubeRefusal when the cluster does not say; then nothing may be remembered yet. */
    void load() {
        api.get(secrets + "/" + SECRET).ifPresent(this::read);
        loaded = true;
    }

    boolean loaded() {
        return loaded;
    }

    private void read(JsonNode secret) {
        try {
            String text = secret.path("data").path(DATA).asText("");
            Json.read(Base64.getDecoder().decode(text))
                    .properties()
                    .forEach(entry -> befores.put(entry.getKey(), Before.read(entry.getValue())));
        } catch (UncheckedIOException | IllegalArgumentException e) {
            LOG.warnf("Secret %s holds no proofs that can be read; they begin anew: %s", SECRET, e.getMessage());
        }
    }

    /** True when the question before was asked for exactly this subject. */
    boolean asked(String probeId, String subject) {
        return before(probeId).subject().equals(subject);
    }

    boolean oppositeSeen(String probeId) {
        return before(probeId).opposite();
    }

    /** Newest generation before which the opposite was seen. */
    long oppositeGeneration(String probeId) {
        return before(probeId).oppositeGeneration();
    }

    /** @param seenAtGeneration the policy's generation if the opposite showed, else {@link #NEVER} */
    void remember(String probeId, String subject, long seenAtGeneration) {
        befores.put(probeId, before(probeId).then(subject, seenAtGeneration));
        save();
    }

    private Before before(String probeId) {
        return befores.getOrDefault(probeId, NOTHING);
    }

    void retain(Set<String> probeIds) {
        if (loaded && befores.keySet().retainAll(probeIds)) {
            save();
        }
    }

    private void save() {
        if (!loaded) {
            throw new IllegalStateException("Secret " + SECRET + " is not loaded; saving would overwrite its proofs");
        }
        ObjectNode stored = Json.object();
        befores.forEach((id, before) -> before.write(stored.putObject(id)));
        ObjectNode secret = Json.object().put("apiVersion", "v1").put("kind", "Secret");
        secret.putObject("metadata").put("name", SECRET);
        secret.putObject("data")
                .put(DATA, Base64.getEncoder().encodeToString(Json.write(stored).getBytes(StandardCharsets.UTF_8)));
        try {
            api.patch(
                    secrets + "/" + SECRET + "?fieldManager=weft-agent&force=true", KubeApi.APPLY, Json.write(secret));
        } catch (KubeRefusal refusal) {
            LOG.warnf("proofs could not be kept in the cluster: %s", refusal.getMessage());
        }
    }
}
