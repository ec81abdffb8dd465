package io.weft.fleet.aggregate;

import io.weft.fleet.telemetry.TelemetryTopic;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.PlatformTx;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Adds a delta to the rows of every tenant in it, with each cluster's progress and the offsets: all, or nothing. */
@Singleton
class RollupWriter {
    private static final String ADD_TRAFFIC = """
            INSERT INTO traffic_10s AS t (tenant_id, cluster_id, window_start, reporter, src_namespace, src_workload,
                dst_namespace, dst_workload, dst_service, revision, rq_2xx, rq_3xx, rq_4xx, rq_5xx, rq_other, bounds, counts,
                duration_sum, tls_handshakes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::double precision[], ?::bigint[], ?, ?)
            ON CONFLICT (tenant_id, cluster_id, window_start, reporter, src_namespace, src_workload,
                dst_namespace, dst_workload, dst_service, revision, bounds)
            DO UPDATE SET rq_2xx = %s, rq_3xx = %s, rq_4xx = %s, rq_5xx = %s, rq_other = %s,
                counts = ARRAY(SELECT %s FROM unnest(t.counts, excluded.counts) WITH ORDINALITY AS u(a, b, i) ORDER BY i),
                duration_sum = t.duration_sum + excluded.duration_sum,
                tls_handshakes = CASE WHEN t.tls_handshakes < 0 THEN excluded.tls_handshakes
                    WHEN excluded.tls_handshakes < 0 THEN t.tls_handshakes ELSE %s END
            """.formatted(
                    sum("t.rq_2xx", "excluded.rq_2xx"),
                    sum("t.rq_3xx", "excluded.rq_3xx"),
                    sum("t.rq_4xx", "excluded.rq_4xx"),
                    sum("t.rq_5xx", "excluded.rq_5xx"),
                    sum("t.rq_other", "excluded.rq_other"),
                    sum("COALESCE(a, 0)", "COALESCE(b, 0)"),
                    sum("t.tls_handshakes", "excluded.tls_handshakes"));
    private static final String ADD_RESOURCE = """
            INSERT INTO resource_10s AS r (tenant_id, cluster_id, window_start, component, namespace, workload, revision,
                cpu_seconds, memory_bytes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?::double precision, ?::bigint)
            ON CONFLICT (tenant_id, cluster_id, window_start, component, namespace, workload, revision)
            DO UPDATE SET cpu_seconds = COALESCE(r.cpu_seconds + excluded.cpu_seconds, r.cpu_seconds, excluded.cpu_seconds),
                memory_bytes = GREATEST(r.memory_bytes, excluded.memory_bytes)
            """;
    private static final String ADD_GAUGE = """
            INSERT INTO gauge_10s AS g (tenant_id, cluster_id, window_start, name, revision, value)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (tenant_id, cluster_id, window_start, name, revision)
            DO UPDATE SET value = CASE WHEN ? THEN g.value + excluded.value ELSE excluded.value END
            """;
    private static final String ADVANCE = """
            INSERT INTO telemetry_progress AS p (tenant_id, cluster_id, complete_through, run, sequence, records, samples_lost,
                batches_rejected, update_time)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, now())
            ON CONFLICT (tenant_id, cluster_id) DO UPDATE
            SET complete_through = GREATEST(p.complete_through, excluded.complete_through), run = excluded.run,
                sequence = excluded.sequence, records = %s, samples_lost = %s, batches_rejected = %s, update_time = now()
            """.formatted(
                    sum("p.records", "excluded.records"),
                    sum("p.samples_lost", "excluded.samples_lost"),
                    sum("p.batches_rejected", "excluded.batches_rejected"));

    private final TenantTransactions transactions;

    RollupWriter(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /**
     * Writes the delta.
     *
     * @throws Fenced another process owns one of the partitions now: nothing was written, drop the delta
     */
    void write(Delta delta) {
        transactions.inEach(delta.tenants(), _ -> {}, (tenant, tx) -> write(tx, tenant, delta), tx -> move(tx, delta));
    }

    /** As {@link Rollup#sum}; a stored number may be larger, from times without the bound. */
    private static String sum(String stored, String added) {
        return "LEAST(%d, LEAST(%d, %s) + %s)".formatted(Rollup.MOST, Rollup.MOST, stored, added);
    }

    private static void write(TenantTx tx, TenantId tenant, Delta delta) {
        tx.updateEach(ADD_TRAFFIC, rows(delta.traffic(), tenant, TrafficKey::cluster, RollupWriter::traffic));
        tx.updateEach(ADD_RESOURCE, rows(delta.resources(), tenant, ResourceKey::cluster, RollupWriter::resource));
        tx.updateEach(ADD_GAUGE, rows(delta.gauges(), tenant, GaugeKey::cluster, RollupWriter::gauge));
        tx.updateEach(ADVANCE, rows(delta.progress(), tenant, key -> key, RollupWriter::progress));
        tx.notify("observed", tenant.toString());
    }

    /** A tenant's entries in the order of their keys. */
    private static <K extends Comparable<K>, V> List<@Nullable Object[]> rows(
            Map<K, V> entries,
            TenantId tenant,
            Function<K, ClusterKey> cluster,
            Function<Map.Entry<K, V>, @Nullable Object[]> row) {
        return entries.entrySet().stream()
                .filter(entry -> cluster.apply(entry.getKey()).tenant().equals(tenant))
                .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                .map(row)
                .toList();
    }

    private static void move(PlatformTx tx, Delta delta) {
        delta.offsets().forEach((partition, move) -> {
            int moved = tx.update("""
                    UPDATE kafka_offset SET next_offset = ?
                    WHERE topic = ? AND partition = ? AND generation = ? AND next_offset = ?
                    """, move.next(), TelemetryTopic.NAME, partition, move.generation(), move.from());
            if (moved == 0) {
                throw new Fenced(partition);
            }
        });
    }

    private static @Nullable Object[] traffic(Map.Entry<TrafficKey, Traffic> entry) {
        TrafficKey key = entry.getKey();
        Traffic sum = entry.getValue();
        return new @Nullable Object[] {
            key.cluster().tenant(),
            key.cluster().cluster(),
            key.windowStart(),
            key.reporter(),
            key.srcNamespace(),
            key.srcWorkload(),
            key.dstNamespace(),
            key.dstWorkload(),
            key.dstService(),
            key.revision(),
            sum.rq2xx(),
            sum.rq3xx(),
            sum.rq4xx(),
            sum.rq5xx(),
            sum.rqOther(),
            key.bounds(),
            sum.counts(),
            sum.durationSum(),
            sum.tlsHandshakes()
        };
    }

    private static @Nullable Object[] resource(Map.Entry<ResourceKey, Resource> entry) {
        ResourceKey key = entry.getKey();
        return new @Nullable Object[] {
            key.cluster().tenant(),
            key.cluster().cluster(),
            key.windowStart(),
            key.component(),
            key.namespace(),
            key.workload(),
            key.revision(),
            entry.getValue().cpuSeconds(),
            entry.getValue().memoryBytes()
        };
    }

    private static @Nullable Object[] gauge(Map.Entry<GaugeKey, Gauge> entry) {
        GaugeKey key = entry.getKey();
        return new @Nullable Object[] {
            key.cluster().tenant(),
            key.cluster().cluster(),
            key.windowStart(),
            key.name(),
            key.revision(),
            entry.getValue().value(),
            key.counter()
        };
    }

    private static @Nullable Object[] progress(Map.Entry<ClusterKey, Delta.Progress> entry) {
        Delta.Progress to = entry.getValue();
        return new @Nullable Object[] {
            entry.getKey().tenant(),
            entry.getKey().cluster(),
            to.completeThrough(),
            to.run(),
            to.sequence(),
            to.records(),
            to.samplesLost(),
            to.batchesRejected()
        };
    }

    /** The partition has another owner. */
    static final class Fenced extends RuntimeException {
        Fenced(int partition) {
            super("Partition " + partition + " was taken over by another process");
        }
    }
}
