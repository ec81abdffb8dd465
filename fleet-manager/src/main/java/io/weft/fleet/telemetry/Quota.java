package io.weft.fleet.telemetry;

import io.weft.protocol.v1.TelemetryBatch;
import io.weft.protocol.v1.TrafficSeries;
import io.weft.protocol.v1.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What one cluster may send: bytes by a bucket, series by a set that is emptied every ten minutes. */
final class Quota {
    private static final int BURST_SECONDS = 4;
    private static final Duration SERIES_PERIOD = Duration.ofMinutes(10);

    private static final long MOST_SAMPLES_LOST = 1_000_000_000;

    private final int bytesPerSecond;
    private final int maxSeries;
    private final Set<Integer> series = new HashSet<>();
    private double bytes;
    private Instant filled;
    private Instant seriesSince;
    private long refused;

    Quota(int bytesPerSecond, int maxSeries, Instant now) {
        this.bytesPerSecond = bytesPerSecond;
        this.maxSeries = maxSeries;
        this.bytes = (double) bytesPerSecond * BURST_SECONDS;
        this.filled = now;
        this.seriesSince = now;
    }

    /** Takes the bytes of a batch, or counts it as refused. A batch larger than the whole bucket passes when it is full. */
    synchronized boolean admits(int size, Instant now) {
        double capacity = (double) bytesPerSecond * BURST_SECONDS;
        double seconds = Math.max(0, Duration.between(filled, now).toMillis()) / 1000.0;
        bytes = Math.min(capacity, bytes + seconds * bytesPerSecond);
        filled = now;
        if (bytes < Math.min(size, capacity)) {
            refused++;
            return false;
        }
        bytes -= size;
        return true;
    }

    /** The batch without the windows of series beyond the limit; they are counted as lost samples. */
    synchronized TelemetryBatch withinSeries(TelemetryBatch batch, Instant now) {
        if (Duration.between(seriesSince, now).compareTo(SERIES_PERIOD) > 0) {
            series.clear();
            seriesSince = now;
        }
        List<Window> kept = new ArrayList<>(batch.getWindowsCount());
        for (Window window : batch.getWindowsList()) {
            int key = keyOf(window);
            if (series.contains(key) || series.size() < maxSeries) {
                series.add(key);
                kept.add(window);
            }
        }
        int dropped = batch.getWindowsCount() - kept.size();
        return dropped == 0
                ? batch
                : batch.toBuilder()
                        .clearWindows()
                        .addAllWindows(kept)
                        .setSamplesLost(Math.clamp(batch.getSamplesLost(), 0, MOST_SAMPLES_LOST) + dropped)
                        .build();
    }

    /** Batches refused since the last call. */
    synchronized long takeRefused() {
        long count = refused;
        refused = 0;
        return count;
    }

    synchronized void giveBackRefused(long count) {
        refused += count;
    }

    /** Two series may share a key by chance: the limit then counts one less. */
    private static int keyOf(Window window) {
        return switch (window.getSeriesCase()) {
            case TRAFFIC -> {
                TrafficSeries traffic = window.getTraffic();
                yield Objects.hash(
                        traffic.getReporter(),
                        traffic.getSource(),
                        traffic.getDestination(),
                        traffic.getRevision(),
                        traffic.getBoundsList());
            }
            case RESOURCE ->
                Objects.hash(
                        window.getResource().getComponent(),
                        window.getResource().getNamespace(),
                        window.getResource().getWorkload(),
                        window.getResource().getRevision());
            case GAUGE ->
                Objects.hash(window.getGauge().getName(), window.getGauge().getRevision());
            case SERIES_NOT_SET -> 0;
        };
    }
}
