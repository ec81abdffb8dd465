package io.weft.fleet.compile;

import jakarta.inject.Singleton;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/** Renders wait here, outside any transaction and one at a time: each costs a process of some hundred MiB. */
@Singleton
class Renders implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Renders.class);

    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("render").factory());
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();

    /** Runs the work once, unless work of the same name waits or runs already. */
    void submit(String name, Runnable work) {
        if (!waiting.add(name)) {
            return;
        }
        try {
            worker.execute(() -> run(name, work));
        } catch (RejectedExecutionException _) { // the service stops; the queue's row stays
            waiting.remove(name);
        }
    }

    private void run(String name, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.errorf(e, "render.workFailed name=%s: it is tried again when its row comes due", name);
        } finally {
            waiting.remove(name);
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
