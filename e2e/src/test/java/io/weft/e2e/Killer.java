package io.weft.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** Kills ({@code kill -9}) one part after the other at random moments, and starts again what nobody else starts again. */
final class Killer implements AutoCloseable {
    private static final List<String> VICTIMS =
            List.of("api-service", "fleet-manager", "upgrade-orchestrator", "agent", "postgres", "kafka");
    private static final int MIN_MILLIS = 2_000;
    private static final int MAX_MILLIS = 15_000;

    private final Live live;
    private final RandomGenerator random;
    private final int kills;
    private final List<String> killed = new ArrayList<>();
    private final CompletableFuture<Void> work;
    private volatile boolean stopping;

    Killer(Live live, RandomGenerator random, int kills) {
        this.live = live;
        this.random = random;
        this.kills = kills;
        this.work = CompletableFuture.runAsync(this::run, Thread::startVirtualThread);
    }

    private void run() {
        while (!stopping && !done()) {
            pause(Duration.ofMillis(random.nextInt(MIN_MILLIS, MAX_MILLIS)));
            String victim = VICTIMS.get(random.nextInt(VICTIMS.size()));
            List<Long> processes = live.processes(victim);
            if (!processes.isEmpty()) {
                Live.signal("KILL", processes.subList(0, 1)); // PostgreSQL: the postmaster, the first of its tree
                synchronized (killed) {
                    killed.add(victim);
                }
                System.out.println("killed " + victim);
                live.startMissing();
            }
        }
    }

    boolean done() {
        return killed().size() >= kills;
    }

    List<String> killed() {
        synchronized (killed) {
            return List.copyOf(killed);
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Throws what went wrong in the killer itself: a part that did not start again. */
    @Override
    public void close() {
        stopping = true;
        work.join();
    }
}
