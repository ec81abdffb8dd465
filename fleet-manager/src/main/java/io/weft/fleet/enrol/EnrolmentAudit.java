package io.weft.fleet.enrol;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.fleet.signer.IssuedCertificate;
import io.weft.kit.audit.Audit;
import io.weft.kit.audit.AuditEntry;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.wire.WireNames;
import java.util.UUID;

/** Audit rows of certificates, given or refused. */
final class EnrolmentAudit {
    private EnrolmentAudit() {}

    static void issued(
            TenantTx tx, UUID cluster, String action, String fingerprint, IssuedCertificate issued, long epoch) {
        ObjectNode detail = JsonNodeFactory.instance.objectNode();
        detail.put("keyFingerprint", fingerprint);
        detail.put("serial", issued.serial());
        detail.put("notAfter", issued.notAfter().toString());
        detail.put("registrationEpoch", epoch);
        write(tx, cluster, action, detail);
    }

    static void refused(TenantTx tx, UUID cluster, String action, Refusal refusal) {
        write(tx, cluster, action, JsonNodeFactory.instance.objectNode().put("reason", WireNames.of(refusal)));
    }

    private static void write(TenantTx tx, UUID cluster, String action, ObjectNode detail) {
        String id = new AgentIdentity(tx.tenant(), cluster).publicId();
        Audit.record(
                tx,
                AuditEntry.of(AuditEntry.ActorKind.AGENT, id, action, "cluster", id)
                        .withDetail(detail));
    }
}
