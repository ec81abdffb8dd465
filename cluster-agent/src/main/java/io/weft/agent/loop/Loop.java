package io.weft.agent.loop;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One task on one virtual thread. It says after each run when it is due again at the latest; a wake-up hastens that and
 * carries nothing. A run that throws is logged and repeated after a pause; an Error ends the process.
 */
public final class Loop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Loop.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

    private final String name;
    private final Supplier<Duration> task;
    private final BiConsumer<String, Error> broken;
    private final Semaphore woken = new Semaphore(1);
    private volatile boolean closed;
    private volatile @Nullable Thread thread;

    /** The task returns the time until its next run at the latest. */
    public Loop(String name, Supplier<Duration> task) {
        this(name, task, Broken::end);
    }

    Loop(String name, Supplier<Duration> task, BiConsumer<String, Error> broken) {
        this.name = name;
        this.task = task;
        this.broken = broken;
    }

    public void start() {
        thread = Thread.ofVirtual().name(name).start(this::run);
    }

    public void wake() {
        if (woken.availablePermits() == 0) {
            woken.release();
        }
    }

    @Override
    public void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run() {
        Duration due = Duration.ZERO;
        while (!closed && await(due)) {
            try {
                due = task.get();
            } catch (RuntimeException e) {
                due = AFTER_FAILURE;
                if (!closed) {
                    LOG.errorf(e, "%s failed, trying again in %d s", name, (Object) due.toSeconds());
                }
            } catch (Error e) {
                broken.accept(name, e);
                return;
            }
        }
    }

    private boolean await(Duration due) {
        try {
            if (woken.tryAcquire(Math.max(0, due.toMillis()), TimeUnit.MILLISECONDS)) {
                woken.drainPermits();
            }
            return true;
        } catch (InterruptedException _) {
            return false;
        }
    }
}
