package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Proxy;
import io.weft.upgrade.decision.Observations.Serving;
import java.time.Duration;
import java.util.List;

/** Proxies of the moved namespaces have the new control plane's configuration and rejected none of it. */
final class ProxySyncJudge {
    /** A mesh status older than this says nothing of now. */
    static final Duration STATUS_AGE = Duration.ofSeconds(60);

    private static final int NAMED_PODS = 3;

    private final Gate.ProxySync gate;
    private final Evidence evidence;

    ProxySyncJudge(Gate.ProxySync gate, Evidence evidence) {
        this.gate = gate;
        this.evidence = evidence;
    }

    Judgement judge() {
        MeshStatus status = evidence.seen().meshStatus();
        String revision = evidence.plan().to().revision();
        if (status.rejected(revision) > 0) {
            return verdict(
                    GateVerdict.FAIL,
                    Reason.CONFIGURATION_REJECTED,
                    status.rejected(revision) + " proxies rejected configuration of control plane " + revision);
        }
        if (!status.freshWithin(STATUS_AGE, evidence.now())
                || !status.controlPlanes().containsKey(revision)) {
            return verdict(
                    GateVerdict.NO_DATA,
                    Reason.NO_DATA,
                    "the status of control plane " + revision + " was last read "
                            + status.time().map(Object::toString).orElse("never"));
        }
        String problem = status.serving(revision).map(Serving::problem).orElse("");
        if (!problem.isEmpty()) {
            return verdict(
                    GateVerdict.NO_DATA,
                    Reason.NO_DATA,
                    "which proxies control plane " + revision + " serves is not known: " + problem);
        }
        return evidence.wave().moved().isEmpty() ? pass() : unsynced(status, revision);
    }

    private Judgement unsynced(MeshStatus status, String revision) {
        List<String> pods = status.of(evidence.namespaces()).stream()
                .filter(proxy -> !proxy.synced() || !proxy.revision().equals(revision))
                .map(ProxySyncJudge::name)
                .toList();
        if (pods.isEmpty()) {
            return status.truncated()
                    ? verdict(
                            GateVerdict.NO_DATA,
                            Reason.NO_DATA,
                            "whether all moved proxies are synced is not known, the mesh status lists not all proxies of"
                                    + " the cluster")
                    : pass();
        }
        // Just after the move proxies are still connecting; only what stays so is a failure.
        GateVerdict verdict = evidence.overdue() ? GateVerdict.FAIL : GateVerdict.NO_DATA;
        return verdict(
                verdict,
                Reason.PROXY_NOT_SYNCED,
                pods.size() + " proxies without the configuration of control plane " + revision + ": "
                        + String.join(", ", pods.subList(0, Math.min(NAMED_PODS, pods.size())))
                        + (pods.size() > NAMED_PODS ? ", ..." : ""));
    }

    private static String name(Proxy proxy) {
        return proxy.namespace() + "/" + proxy.pod();
    }

    private Judgement pass() {
        return verdict(GateVerdict.PASS, Reason.GATES_PASSED, "no configuration rejected, moved proxies are synced");
    }

    private Judgement verdict(GateVerdict verdict, Reason reason, String message) {
        return Judgement.withoutFigures(gate.name(), verdict, reason, evidence.window(), message);
    }
}
