package io.weft.agent.telemetry;

import io.weft.agent.report.Times;
import io.weft.agent.report.Uplink;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.TelemetryAccepted;
import io.weft.protocol.v1.TelemetryBatch;
import io.weft.protocol.v1.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Numbered batches, kept until the hub accepted them. The buffer is bounded: the oldest goes first, and what is lost is
 * counted in the next batch. Duplicates do no harm (the hub knows run and sequence), so a new stream repeats all.
 */
final class Batches {
    static final int MAX_BYTES = 4 * 1024 * 1024;
    private static final int WINDOWS_PER_BATCH = 2_000;
    private static final Duration EMPTY_AFTER = Duration.ofSeconds(5);

    /** Unanswered for so long, a batch was refused, and the hub refuses what follows it until it comes again. */
    private static final Duration GO_BACK_AFTER = Duration.ofSeconds(10);

    /** Sent and not accepted yet; less than the hub takes at once from a cluster that was away. */
    static final int MAX_BYTES_UNDER_WAY = 512 * 1024;

    private final Uplink uplink;
    private final InstantSource clock;
    private final long run;
    private final Deque<TelemetryBatch> kept = new ArrayDeque<>();
    private long sequence;
    private long sentThrough;
    private long keptBytes;
    private long lost;
    private Instant completeThrough = Instant.EPOCH;
    private Instant lastAdded = Instant.EPOCH;
    /** When something was accepted, or the first of what is under way was sent. */
    private Instant lastProgress = Instant.EPOCH;

    Batches(Uplink uplink, InstantSource clock) {
        this.uplink = uplink;
        this.clock = clock;
        this.run = clock.millis();
    }

    synchronized void lost(long samples) {
        lost += samples;
    }

    /** Adds complete windows; every window that ends by {@code through} has been handed over with this call. */
    synchronized void add(List<Window> windows, Instant through) {
        List<Window> rest = new ArrayList<>(windows);
        while (rest.size() > WINDOWS_PER_BATCH) {
            List<Window> part = rest.subList(0, WINDOWS_PER_BATCH);
            keep(List.copyOf(part));
            part.clear();
        }
        completeThrough = through;
        keep(rest);
        send();
    }

    /** Sends what is due, an empty batch too when nothing went for five seconds: silence must be told from loss (D23). */
    synchronized void tick() {
        boolean idle = kept.isEmpty()
                && completeThrough.isAfter(Instant.EPOCH)
                && lastAdded.plus(EMPTY_AFTER).isBefore(clock.instant());
        if (idle) {
            TelemetryBatch empty = next(List.of());
            if (uplink.send(message(empty))) {
                remember(empty);
                sentThrough = empty.getSequence();
            } else {
                sequence--;
                lost = empty.getSamplesLost();
            }
        }
        goBackIfRefused();
        send();
    }

    private void goBackIfRefused() {
        TelemetryBatch oldest = kept.peekFirst();
        boolean refused = oldest != null
                && oldest.getSequence() <= sentThrough
                && lastProgress.plus(GO_BACK_AFTER).isBefore(clock.instant());
        if (refused) {
            sentThrough = oldest.getSequence() - 1;
        }
    }

    synchronized void connected() {
        sentThrough = 0;
        send();
    }

    synchronized void accepted(TelemetryAccepted accepted) {
        if (accepted.getRun() != run) {
            return;
        }
        Iterator<TelemetryBatch> oldest = kept.iterator();
        while (oldest.hasNext()) {
            TelemetryBatch batch = oldest.next();
            if (batch.getSequence() > accepted.getSequence()) {
                break;
            }
            keptBytes -= batch.getSerializedSize();
            oldest.remove();
            lastProgress = clock.instant();
        }
        send();
    }

    private void keep(List<Window> windows) {
        remember(next(windows));
        while (keptBytes > MAX_BYTES && kept.size() > 1) {
            TelemetryBatch dropped = kept.removeFirst();
            keptBytes -= dropped.getSerializedSize();
            lost += dropped.getWindowsCount() + dropped.getSamplesLost();
        }
    }

    private TelemetryBatch next(List<Window> windows) {
        sequence++;
        TelemetryBatch batch = TelemetryBatch.newBuilder()
                .setRun(run)
                .setSequence(sequence)
                .setCompleteThrough(Times.stamp(completeThrough))
                .addAllWindows(windows)
                .setSamplesLost(lost)
                .build();
        lost = 0;
        return batch;
    }

    private void remember(TelemetryBatch batch) {
        kept.addLast(batch);
        keptBytes += batch.getSerializedSize();
        lastAdded = clock.instant();
    }

    private void send() {
        long underWay = 0;
        for (TelemetryBatch batch : kept) {
            boolean first = underWay == 0;
            underWay += batch.getSerializedSize();
            if (batch.getSequence() > sentThrough) {
                if ((!first && underWay > MAX_BYTES_UNDER_WAY) || !uplink.send(message(batch))) {
                    return;
                }
                sentThrough = batch.getSequence();
                if (first) {
                    lastProgress = clock.instant();
                }
            }
        }
    }

    private static AgentMessage message(TelemetryBatch batch) {
        return AgentMessage.newBuilder().setTelemetryBatch(batch).build();
    }
}
