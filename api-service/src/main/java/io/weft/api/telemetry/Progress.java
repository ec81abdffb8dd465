package io.weft.api.telemetry;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.weft.api.http.Prefix;
import io.weft.kit.id.PublicId;
import io.weft.kit.tenancy.TenantTx;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How far the telemetry of the clusters is complete.
 *
 * @param completeThrough of the cluster that is furthest behind; null when none has sent any
 */
record Progress(@Nullable Instant completeThrough, List<Cluster> clusters) {
    /** Counts since the cluster's telemetry began. */
    @Schema(name = "TelemetryCluster")
    record Cluster(String clusterId, Instant completeThrough, long records, long samplesLost, long batchesRejected) {}

    private record ProgressRow(
            UUID clusterId, Instant completeThrough, long records, long samplesLost, long batchesRejected) {}

    static Progress read(TenantTx tx, @Nullable UUID cluster) {
        List<Cluster> clusters = tx.list(ProgressRow.class, """
                        SELECT cluster_id, complete_through, records, samples_lost, batches_rejected
                        FROM telemetry_progress WHERE (?::uuid IS NULL OR cluster_id = ?::uuid) AND reach_touches(cluster_id) ORDER BY cluster_id
                        """, cluster, cluster).stream()
                .map(row -> new Cluster(
                        PublicId.format(Prefix.CLUSTER, row.clusterId()),
                        row.completeThrough(),
                        row.records(),
                        row.samplesLost(),
                        row.batchesRejected()))
                .toList();
        return new Progress(
                clusters.stream()
                        .map(Cluster::completeThrough)
                        .min(Comparator.naturalOrder())
                        .orElse(null),
                clusters);
    }

    /** Seconds of the range that telemetry covers so far: what rates are over. Empty when it covers none. */
    @JsonIgnore
    Optional<Double> covered(Range range) {
        Optional<Instant> latest =
                clusters.stream().map(Cluster::completeThrough).max(Comparator.naturalOrder());
        return latest.map(through -> through.isBefore(range.to()) ? through : range.to())
                .map(end -> Duration.between(range.from(), end).toMillis() / 1000.0)
                .filter(seconds -> seconds > 0);
    }
}
