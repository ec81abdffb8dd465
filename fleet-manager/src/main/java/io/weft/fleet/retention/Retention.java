package io.weft.fleet.retention;

import io.weft.fleet.compile.LayerLock;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Removes what an organisation no longer needs, a bounded number of rows in each transaction. */
@Singleton
class Retention {
    private static final Logger LOG = Logger.getLogger(Retention.class);
    private static final List<String> OLD_WINDOWS = Stream.of("traffic_10s", "resource_10s", "gauge_10s")
            .map(table -> """
                    DELETE FROM %1$s WHERE ctid = ANY (ARRAY(
                        SELECT ctid FROM %1$s WHERE cluster_id = ? AND window_start < ? LIMIT ?))
                    """.formatted(table))
            .toList();

    private static final String PROGRESS_OF_NO_CLUSTER = """
            DELETE FROM telemetry_progress p WHERE p.update_time < ?
                AND NOT EXISTS (SELECT 1 FROM cluster c WHERE c.id = p.cluster_id)
            """;
    private static final String OLD_PROBE_RUNS = """
            DELETE FROM probe_run WHERE id = ANY (ARRAY(
                SELECT id FROM (
                    SELECT id, row_number() OVER (PARTITION BY probe_id ORDER BY end_time DESC, id DESC) AS place FROM probe_run) r
                WHERE place > ? LIMIT ?))
            """;
    /** The applied version stays, and all that may still be on their way. */
    private static final String PASSED_VERSIONS = """
            DELETE FROM cluster_layer WHERE ctid = ANY (ARRAY(
                SELECT v.ctid FROM cluster_layer v
                JOIN agent_link a ON (a.tenant_id, a.cluster_id) = (v.tenant_id, v.cluster_id)
                WHERE v.version < a.applied_version LIMIT ?))
            """;

    private static final String UNUSED_RENDERS = """
            DELETE FROM render r WHERE r.use_time < ?
                AND NOT EXISTS (SELECT 1 FROM control_plane c WHERE c.render_key = r.key)
            """;
    private static final String UNUSED_LAYERS = """
            DELETE FROM layer WHERE digest = ANY (ARRAY(
                SELECT l.digest FROM layer l
                WHERE NOT EXISTS (SELECT 1 FROM cluster_layer v WHERE v.layer_digest = l.digest)
                    AND NOT EXISTS (SELECT 1 FROM control_plane c WHERE l.digest IN (c.layer_digest, c.crds_digest))
                    AND NOT EXISTS (SELECT 1 FROM render r WHERE l.digest IN (r.layer_digest, r.crds_digest))
                LIMIT ?))
            """;
    private static final String UNUSED_BODIES = """
            WITH used AS MATERIALIZED (
                SELECT DISTINCT body ->> 'digest' AS digest
                FROM layer l, jsonb_array_elements(l.document -> 'phases') AS phase,
                    jsonb_array_elements(phase -> 'bodies') AS body)
            DELETE FROM manifest_body WHERE digest = ANY (ARRAY(
                SELECT m.digest FROM manifest_body m WHERE NOT EXISTS (SELECT 1 FROM used u WHERE u.digest = m.digest)
                LIMIT ?))
            """;

    private final RetentionConfig config;

    Retention(RetentionConfig config) {
        this.config = config;
    }

    /** Looks at the transaction's organisation; gives the time of the next look, which is now while there is more to remove. */
    Optional<Instant> handle(TenantTx tx, UUID organisation) {
        int batch = config.batch();
        int removed = telemetry(tx, batch);
        if (removed < batch) {
            removed = Math.max(removed, state(tx, batch));
        }
        LOG.debugf("retention.done organisation=%s more=%s", organisation, removed >= batch);
        return Optional.of(removed < batch ? tx.now().plus(config.every()) : tx.now());
    }

    /** The largest number of rows removed of a table; the batch's size: there may be more. */
    private int telemetry(TenantTx tx, int batch) {
        Instant before = ago(tx, config.telemetry());
        for (UUID cluster : tx.list(UUID.class, "SELECT cluster_id FROM telemetry_progress ORDER BY cluster_id")) {
            for (String oldWindows : OLD_WINDOWS) {
                if (tx.update(oldWindows, cluster, before, batch) >= batch) {
                    return batch;
                }
            }
        }
        return tx.update(PROGRESS_OF_NO_CLUSTER, before) >= batch ? batch : 0;
    }

    private int state(TenantTx tx, int batch) {
        LayerLock.exclusive(tx);
        int most = tx.update(OLD_PROBE_RUNS, config.probeRuns(), batch);
        most = Math.max(most, tx.update(PASSED_VERSIONS, batch));
        tx.update(UNUSED_RENDERS, ago(tx, config.renders()));
        most = Math.max(most, tx.update(UNUSED_LAYERS, batch));
        return Math.max(most, tx.update(UNUSED_BODIES, batch));
    }

    private static Instant ago(TenantTx tx, Duration duration) {
        return tx.now().minus(duration);
    }
}
