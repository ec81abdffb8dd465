package io.weft.fleet.agents;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import io.weft.protocol.v1.ObjectRef;
import io.weft.protocol.v1.Reason;
import io.weft.protocol.v1.Rejected;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.UUID;

/** Writes what stops a version in its cluster, and whose control plane or policy it is. */
@Singleton
final class Rejections {
    private static final int MAX_REASONS = 100;
    private static final String CONTROL_PLANE = "controlPlane[";

    private final TenantTransactions transactions;

    Rejections(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    void rejected(Caller caller, Rejected rejected) {
        transactions.in(caller.agent().tenant(), tx -> {
            Acknowledgements.lock(tx, caller, rejected.getRegistrationEpoch(), rejected.getVersion())
                    .ifPresent(_ -> store(
                            tx,
                            caller.agent().cluster(),
                            rejected.getReasonsList().stream()
                                    .limit(MAX_REASONS)
                                    .toList()));
            return true;
        });
    }

    private static void store(TenantTx tx, UUID cluster, List<Reason> reasons) {
        tx.update("""
                UPDATE cluster_status SET rejections = ?, status_version = status_version + 1
                WHERE cluster_id = ? AND rejections IS DISTINCT FROM ?
                """, json(reasons), cluster, json(reasons));
        for (Reason reason : reasons) {
            if (reason.getLayer().startsWith(CONTROL_PLANE) && reason.getCode().equals("CheckFailed")) {
                failControlPlane(tx, cluster, reason);
            } else if (reason.getLayer().equals("policy")) {
                failPolicies(tx, cluster, reason);
            }
        }
        tx.notify(AgentLinks.OBSERVED, tx.tenant().toString());
    }

    private static void failControlPlane(TenantTx tx, UUID cluster, Reason reason) {
        tx.update("""
                UPDATE control_plane cp SET state = 'failed', state_reason = ? FROM installation i
                WHERE i.id = cp.installation_id AND i.cluster_id = ? AND 'controlPlane[' || cp.revision || ']' = ?
                    AND cp.wanted AND cp.state IN ('installing', 'failed')
                """, sentence(reason), cluster, Reported.text(reason.getLayer()));
    }

    /** A target fails when one of its own objects is refused; the layer's other policies are not to blame. */
    private static void failPolicies(TenantTx tx, UUID cluster, Reason reason) {
        ObjectRef object = reason.getObject();
        tx
                .list(
                        UUID.class,
                        """
                        UPDATE policy_target t SET state = 'failed', reason = ?, message = ?, update_time = now()
                        FROM installation i
                        WHERE i.id = t.installation_id AND i.cluster_id = ? AND t.state <> 'refused' AND t.removed_version IS NULL
                            AND t.objects @> jsonb_build_array(jsonb_build_object(
                                'group', ?, 'kind', ?, 'namespace', ?, 'name', ?))
                        RETURNING t.policy_id
                        """,
                        Reported.text(reason.getCode()),
                        sentence(reason),
                        cluster,
                        Reported.text(object.getGroup()),
                        Reported.text(object.getKind()),
                        Reported.text(object.getNamespace()),
                        Reported.text(object.getName()))
                .stream()
                .distinct()
                .forEach(policy -> DueWork.scheduleNow(tx, "delivery", policy, "rejected"));
    }

    private static ArrayNode json(List<Reason> reasons) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        reasons.forEach(reason -> array.addObject()
                .put("layer", Reported.text(reason.getLayer()))
                .put("object", name(reason.getObject()))
                .put("field", Reported.text(reason.getField()))
                .put("code", Reported.text(reason.getCode()))
                .put("message", Reported.text(reason.getMessage())));
        return array;
    }

    private static String sentence(Reason reason) {
        String field = reason.getField().isEmpty() ? "" : " " + reason.getField();
        return Reported.text(name(reason.getObject()) + field + ": " + reason.getMessage());
    }

    /** For example {@code Deployment shop/web}. */
    private static String name(ObjectRef object) {
        String place = object.getNamespace().isEmpty() ? "" : object.getNamespace() + "/";
        return Reported.text(object.getKind() + " " + place + object.getName());
    }
}
