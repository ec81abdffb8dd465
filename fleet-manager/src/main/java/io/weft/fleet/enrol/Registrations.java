package io.weft.fleet.enrol;

import io.weft.fleet.signer.IssuedCertificate;
import io.weft.kit.tenancy.TenantTx;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A cluster's registration: its epoch and the keys that were ever certified in it. */
final class Registrations {
    private Registrations() {}

    /** Locks the registration, so that two certificates of one cluster are made one after the other. */
    static Optional<Registration> lock(TenantTx tx, UUID cluster) {
        return tx.first(
                Registration.class,
                "SELECT registration_epoch, cluster_uid FROM agent_link WHERE tenant_id = ? AND cluster_id = ? FOR UPDATE",
                tx.tenant(),
                cluster);
    }

    /** Whether this key ever had a certificate of this cluster. */
    static boolean knowsKey(TenantTx tx, UUID cluster, String fingerprint) {
        return tx.first(
                        Long.class,
                        "SELECT registration_epoch FROM agent_certificate WHERE cluster_id = ? AND key_fingerprint = decode(?, 'hex')",
                        cluster,
                        fingerprint)
                .isPresent();
    }

    /** Whether this key belongs to the registration epoch that is in force. */
    static Optional<Long> epochInForce(TenantTx tx, UUID cluster, String fingerprint) {
        return tx.first(Long.class, """
                SELECT l.registration_epoch FROM agent_link l
                JOIN agent_certificate c ON c.tenant_id = l.tenant_id AND c.cluster_id = l.cluster_id
                    AND c.registration_epoch = l.registration_epoch
                WHERE l.tenant_id = ? AND l.cluster_id = ? AND c.key_fingerprint = decode(?, 'hex')
                """, tx.tenant(), cluster, fingerprint);
    }

    /** Begins a new epoch; the certificates of the ones before are refused from the commit on. */
    static long begin(TenantTx tx, UUID cluster, String clusterUid) {
        return tx.first(Long.class, """
                        UPDATE agent_link SET registration_epoch = registration_epoch + 1, cluster_uid = ?
                        WHERE tenant_id = ? AND cluster_id = ? RETURNING registration_epoch
                        """, clusterUid, tx.tenant(), cluster).orElseThrow();
    }

    static void remember(TenantTx tx, UUID cluster, String fingerprint, IssuedCertificate issued, long epoch) {
        tx.update("""
                INSERT INTO agent_certificate (tenant_id, cluster_id, key_fingerprint, serial, registration_epoch, not_after)
                VALUES (?, ?, decode(?, 'hex'), ?, ?, ?)
                """, tx.tenant(), cluster, fingerprint, issued.serial(), epoch, issued.notAfter());
        tx.update("""
                UPDATE agent_link SET key_fingerprint = decode(?, 'hex'), certificate_not_after = ?
                WHERE tenant_id = ? AND cluster_id = ?
                """, fingerprint, issued.notAfter(), tx.tenant(), cluster);
    }

    /** @param clusterUid UID of namespace kube-system; null before the first enrolment */
    record Registration(long registrationEpoch, @Nullable String clusterUid) {
        boolean isOtherCluster(String uid) {
            return clusterUid != null && !clusterUid.equals(uid);
        }
    }
}
