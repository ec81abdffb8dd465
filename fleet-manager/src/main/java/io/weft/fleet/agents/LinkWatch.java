package io.weft.fleet.agents;

import io.weft.fleet.signer.AgentIdentity;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.Notifications;
import io.weft.kit.tenancy.TenantTransactions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells streams what changed in their rows: a newer compiled version is offered, an ended registration closes the stream.
 * Hints (NOTIFY, the revocation feed) only say which rows to read; every five seconds all connected agents' rows are read.
 */
@Singleton
final class LinkWatch {
    private static final Logger LOG = Logger.getLogger(LinkWatch.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int TICKS_PER_POLL = 5;
    private static final int TICKS_PER_PRESENCE = 10;
    private static final int MAX_HINTS = 10_000;

    private final TenantTransactions transactions;
    private final Notifications notifications;
    private final Sessions sessions;
    private final Presence presence;
    private final LinkedBlockingQueue<UUID> hints = new LinkedBlockingQueue<>(MAX_HINTS);
    private @Nullable Thread thread;
    private volatile boolean stopped;

    LinkWatch(TenantTransactions transactions, Notifications notifications, Sessions sessions, Presence presence) {
        this.transactions = transactions;
        this.notifications = notifications;
        this.sessions = sessions;
        this.presence = presence;
    }

    void start() {
        notifications.listen("desired", this::hint);
        thread = Thread.ofVirtual().name("link-watch").start(this::run);
    }

    void stop() {
        stopped = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** A payload that is no id, or a full queue, costs nothing: the poll comes within seconds. */
    private void hint(String payload) {
        try {
            if (!payload.isEmpty()) {
                boolean _ = hints.offer(UUID.fromString(payload));
            }
        } catch (IllegalArgumentException _) {
            LOG.debug("agents.hintUnreadable");
        }
    }

    private void run() {
        long next = System.nanoTime();
        for (long tick = 0; !stopped; ) {
            try {
                long wait = next - System.nanoTime();
                UUID hinted = wait > 0 ? hints.poll(wait, TimeUnit.NANOSECONDS) : null;
                if (hinted != null) {
                    follow(hinted);
                } else {
                    next = System.nanoTime() + TICK.toNanos();
                    tick(tick++);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.warnf("agents.watchFailed cause=%s: trying again", e.getMessage());
            }
        }
    }

    private void follow(UUID hinted) {
        List<UUID> clusters = new ArrayList<>(List.of(hinted));
        hints.drainTo(clusters);
        Set<UUID> connected = Set.copyOf(sessions.clusters());
        tell(clusters.stream().distinct().filter(connected::contains).toList());
    }

    private void tick(long number) {
        List<UUID> connected = sessions.clusters();
        if (number % TICKS_PER_PRESENCE == 0) {
            presence.flush();
            presence.sweepSilent();
        }
        if (!connected.isEmpty()) {
            tell(number % TICKS_PER_POLL == 0 ? connected : revoked(connected));
        }
    }

    /** The feed's tail, overlapping: rows may commit out of order. What is older than it, the poll finds. */
    private List<UUID> revoked(List<UUID> connected) {
        return transactions.platform(tx -> tx.list(UUID.class, """
                SELECT DISTINCT cluster_id FROM revocation_feed
                WHERE sequence > (SELECT COALESCE(max(sequence), 0) FROM revocation_feed) - 1000
                    AND time > now() - interval '1 minute' AND cluster_id = ANY(?::uuid[])
                """, connected));
    }

    private void tell(List<UUID> clusters) {
        if (clusters.isEmpty()) {
            return;
        }
        List<Link> links = transactions.platform(tx -> tx.list(Link.class, """
                SELECT tenant_id AS tenant, cluster_id AS cluster, registration_epoch, compiled_version FROM agent_link
                WHERE cluster_id = ANY(?::uuid[])
                """, clusters));
        links.forEach(this::tell);
        closeDeleted(clusters, links);
    }

    private void tell(Link link) {
        sessions.find(new AgentIdentity(link.tenant(), link.cluster())).ifPresent(stream -> {
            if (stream.caller().registrationEpoch() == link.registrationEpoch()) {
                stream.offer(link.compiledVersion());
            } else {
                stream.close(Revocations.ENDED);
            }
        });
    }

    /** A cluster that was deleted has no row any more. */
    private void closeDeleted(List<UUID> clusters, List<Link> links) {
        Set<UUID> asked = Set.copyOf(clusters);
        Set<UUID> found = Set.copyOf(links.stream().map(Link::cluster).toList());
        sessions.all().stream()
                .filter(stream -> asked.contains(stream.caller().agent().cluster()))
                .filter(stream -> !found.contains(stream.caller().agent().cluster()))
                .forEach(stream -> stream.close(Revocations.ENDED));
    }

    record Link(TenantId tenant, UUID cluster, long registrationEpoch, long compiledVersion) {}
}
