package io.weft.agent.apply;

import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.plan.ObjectKey;
import io.weft.protocol.v1.Reason;

/** Refusals of the API server as the protocol's reasons. */
final class Reasons {
    private static final int MAX_MESSAGE = 1024;

    private Reasons() {}

    static Reason of(String layer, ObjectKey key, KubeRefusal refusal) {
        String message = String.valueOf(refusal.getMessage());
        if (refusal.isConflict() && !refusal.causes().isEmpty()) {
            message = "another manager owns fields of " + key + ": " + String.join("; ", refusal.causes())
                    + ". Remove the field there, or from the release's values.";
        }
        return reason(layer, key, code(refusal, message), message).toBuilder()
                .setField(refusal.fields().stream().findFirst().orElse(""))
                .build();
    }

    /** True for what may pass by itself: no answer, too much to do, a fault on the server's side. */
    static boolean mayPass(KubeRefusal refusal) {
        return refusal.status() == 0 || refusal.status() == 429 || refusal.status() >= 500;
    }

    static Reason reason(String layer, ObjectKey key, String code, String message) {
        return Reason.newBuilder()
                .setLayer(layer)
                .setObject(key.toRef())
                .setCode(code)
                .setMessage(message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message)
                .build();
    }

    private static String code(KubeRefusal refusal, String message) {
        if (mayPass(refusal)) {
            return "Unreachable";
        }
        return switch (refusal.status()) {
            case 400, 422 -> "Invalid";
            case 403 -> {
                if (message.contains("admission webhook")) {
                    yield "Invalid";
                }
                boolean right = message.contains(" cannot ") || message.contains("attempting to grant");
                yield right ? "PermissionMissing" : "Forbidden";
            }
            case 409 -> "Conflict";
            default -> refusal.reason();
        };
    }
}
