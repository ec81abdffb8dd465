package io.weft.fleet.aggregate;

import io.weft.fleet.telemetry.TelemetryTopic;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Reads and takes over what Kafka does not know: the offsets, and which batch of a cluster was the last. */
@Singleton
class Assignments {
    private final TenantTransactions transactions;

    Assignments(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** Becomes the partition's owner: writes of the one before are refused from now on. */
    Owned take(int partition) {
        return transactions.platform(
                tx -> tx.first(Owned.class, """
                        INSERT INTO kafka_offset AS o (topic, partition, next_offset, generation) VALUES (?, ?, 0, 1)
                        ON CONFLICT (topic, partition) DO UPDATE SET generation = o.generation + 1
                        RETURNING generation, next_offset
                        """, TelemetryTopic.NAME, partition).orElseThrow());
    }

    /** The cluster's last batch. */
    Last last(ClusterKey cluster) {
        return transactions.in(cluster.tenant(), tx -> read(tx, cluster));
    }

    private static Last read(TenantTx tx, ClusterKey cluster) {
        if (tx.first(Integer.class, "SELECT 1 FROM cluster WHERE id = ?", cluster.cluster())
                .isEmpty()) {
            return Last.OF_NO_CLUSTER;
        }
        Optional<LastRow> row = tx.first(
                LastRow.class, "SELECT run, sequence FROM telemetry_progress WHERE cluster_id = ?", cluster.cluster());
        return row.map(last -> new Last(true, last.run(), last.sequence())).orElse(Last.NONE);
    }

    record Owned(long generation, long nextOffset) {}

    record LastRow(long run, long sequence) {}

    /** @param exists whether the cluster still does; telemetry of a deleted one is dropped */
    record Last(boolean exists, long run, long sequence) {
        static final Last NONE = new Last(true, Long.MIN_VALUE, Long.MIN_VALUE);
        static final Last OF_NO_CLUSTER = new Last(false, Long.MIN_VALUE, Long.MIN_VALUE);

        /** A newer run starts over; an older one, or a batch not newer in the same run, was seen before. */
        boolean isBefore(long otherRun, long otherSequence) {
            return otherRun > run || (otherRun == run && otherSequence > sequence);
        }
    }
}
