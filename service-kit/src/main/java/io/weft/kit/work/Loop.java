package io.weft.kit.work;

import io.weft.kit.tenancy.Notifications;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/** Workers over the due rows of one kind. Closing lets a running handler end. */
public final class Loop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Loop.class);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(20);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    private final DueWork queue;
    private final String kind;
    private final DueWork.Handler handler;
    private final Semaphore hints = new Semaphore(0);
    private final List<Thread> workers;
    private volatile boolean closed;

    Loop(DueWork queue, Notifications notifications, String kind, int workers, DueWork.Handler handler) {
        this.queue = queue;
        this.kind = kind;
        this.handler = handler;
        notifications.listen(DueWork.CHANNEL, hint -> {
            if (hint.isEmpty() || hint.equals(kind)) {
                hints.release(workers);
            }
        });
        this.workers = IntStream.range(0, workers)
                .mapToObj(number -> Thread.ofVirtual()
                        .name("due-work-" + kind + "-" + number)
                        .start(this::work))
                .toList();
    }

    private void work() {
        while (!closed) {
            try {
                hints.drainPermits(); // before the look: a hint that comes during it must cause another one
                Duration wait = look();
                if (!closed && wait.isPositive()) {
                    boolean _ = hints.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Handles one due row, or finds out how long to wait. */
    private Duration look() {
        try {
            Duration wait = queue.untilNextDue(kind).orElse(LONGEST_WAIT);
            if (wait.isPositive()) {
                return wait.compareTo(LONGEST_WAIT) < 0 ? wait.plus(SHORTEST_WAIT) : LONGEST_WAIT;
            }
            // A due row that cannot be claimed is locked by another worker.
            return queue.runOne(kind, handler) ? Duration.ZERO : SHORTEST_WAIT.multipliedBy(10);
        } catch (RuntimeException e) {
            LOG.errorf(e, "dueWork.lookFailed kind=%s: the loop goes on", kind);
            return LONGEST_WAIT;
        }
    }

    @Override
    public void close() {
        closed = true;
        hints.release(workers.size());
        try {
            for (Thread worker : workers) {
                if (!worker.join(CLOSE_WITHIN)) {
                    LOG.warnf("dueWork.stillRunning thread=%s", worker.getName());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
