package io.weft.agent.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;

/** The API server said no, or could not be reached (status 0). */
public final class KubeRefusal extends RuntimeException {
    private final int status;
    private final transient JsonNode body;

    KubeRefusal(int status, JsonNode body, String message) {
        super(message);
        this.status = status;
        this.body = body;
    }

    static KubeRefusal unreachable(String request, Throwable cause) {
        String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        KubeRefusal refusal =
                new KubeRefusal(0, MissingNode.getInstance(), request + ": the API server cannot be reached: " + why);
        refusal.initCause(cause);
        return refusal;
    }

    /** A refusal with the given answer, as fakes of the cluster need it. */
    public static KubeRefusal of(int status, JsonNode body) {
        return new KubeRefusal(status, body, body.path("message").asText("HTTP " + status));
    }

    /** HTTP status; 0 = no answer. */
    public int status() {
        return status;
    }

    public boolean isConflict() {
        return status == 409;
    }

    public boolean isNotFound() {
        return status == 404;
    }

    /** PascalCase reason of the answer's Status object, or a name for the status. */
    public String reason() {
        String reason = body.path("reason").asText("");
        return reason.isEmpty() ? (status == 0 ? "Unreachable" : "Http" + status) : reason;
    }

    /** Field paths named by the answer, in order. */
    public List<String> fields() {
        List<String> fields = new ArrayList<>();
        body.path("details").path("causes").forEach(cause -> {
            String field = cause.path("field").asText("");
            if (!field.isEmpty()) {
                fields.add(field);
            }
        });
        return fields;
    }

    /** Messages of the causes; of a server-side apply conflict each names the other manager. */
    public List<String> causes() {
        List<String> causes = new ArrayList<>();
        body.path("details")
                .path("causes")
                .forEach(cause -> causes.add(cause.path("message").asText("")));
        return causes;
    }
}
