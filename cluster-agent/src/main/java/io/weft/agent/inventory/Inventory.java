package io.weft.agent.inventory;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.Reflector;
import io.weft.agent.loop.Loop;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.report.Uplink;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.InventoryChange;
import io.weft.protocol.v1.InventoryDigest;
import io.weft.protocol.v1.InventoryObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Namespaces, services, workloads and accounts, each as a small body (D26). On connect the hub gets a digest and asks for
 * all when its own differs; after that it gets what changed, gathered for a second.
 */
public final class Inventory implements AutoCloseable {
    private static final Duration GATHER = Duration.ofSeconds(1);
    private static final int PER_MESSAGE = 200;
    private static final int ATTEMPTS = 150;
    private static final Duration ATTEMPT_EVERY = Duration.ofMillis(200);

    private final KubeApi api;
    private final Uplink uplink;
    private final List<Reflector<String>> reflectors = new ArrayList<>();
    private final NavigableMap<ObjectKey, String> objects = new ConcurrentSkipListMap<>();
    private final Set<ObjectKey> changed = ConcurrentHashMap.newKeySet();
    private final Loop loop = new Loop("inventory", this::run);
    private volatile boolean greet;
    private volatile boolean all;
    private final AtomicLong streams = new AtomicLong();
    /** Number of the stream that got the digest. */
    private long greeted;

    public Inventory(KubeApi api, Uplink uplink) {
        this.api = api;
        this.uplink = uplink;
        watch("/api/v1/namespaces", key("", "Namespace", ""), Bodies::namespace);
        watch("/api/v1/services", key("", "Service", ""), Bodies::service);
        watch("/api/v1/serviceaccounts", key("", "ServiceAccount", ""), Bodies::serviceAccount);
        for (String kind : List.of("Deployment", "StatefulSet", "DaemonSet")) {
            String plural = kind.toLowerCase(java.util.Locale.ROOT) + "s";
            watch(
                    "/apis/apps/v1/" + plural,
                    key("apps", "Workload", kind.toLowerCase(java.util.Locale.ROOT) + "/"),
                    object -> Bodies.workload(kind, object));
        }
    }

    public void start() {
        reflectors.forEach(Reflector::start);
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
        reflectors.forEach(Reflector::close);
    }

    public void connected() {
        streams.incrementAndGet();
        greet = true;
        loop.wake();
    }

    public void disconnected() {
        greet = false;
        all = false;
    }

    /** The hub's digest differs: send everything. */
    public void wanted(boolean everything) {
        all |= everything;
        loop.wake();
    }

    /** Bodies by object; a live view. */
    Map<ObjectKey, String> objects() {
        return objects;
    }

    boolean synced() {
        return reflectors.stream().allMatch(Reflector::synced);
    }

    private void watch(String path, Function<String, ObjectKey> key, Function<JsonNode, String> body) {
        reflectors.add(new Reflector<>(api, Reflector.Source.all(path), body, (name, _, after) -> {
            ObjectKey object = key.apply(name);
            if (after == null) {
                objects.remove(object);
            } else {
                objects.put(object, after);
            }
            changed.add(object);
        }));
    }

    private static Function<String, ObjectKey> key(String group, String kind, String prefix) {
        return name -> {
            int slash = name.indexOf('/');
            return new ObjectKey(group, "v1", kind, name.substring(0, slash), prefix + name.substring(slash + 1));
        };
    }

    private Duration run() {
        long stream = streams.get();
        if (greet && synced()) {
            if (greeted != stream) {
                changed.clear();
                boolean sent = uplink.send(AgentMessage.newBuilder()
                        .setInventoryDigest(
                                InventoryDigest.newBuilder().setDigest(digest()).setCount(objects.size()))
                        .build());
                greeted = sent ? stream : greeted;
            } else if (all) {
                all = false;
                changed.clear();
                send(true, List.copyOf(objects.keySet()));
            } else {
                Set<ObjectKey> now = new HashSet<>(changed);
                changed.removeAll(now);
                if (!now.isEmpty()) {
                    send(false, now.stream().sorted().toList());
                }
            }
        }
        return GATHER;
    }

    private void send(boolean replacesAll, List<ObjectKey> keys) {
        int from = 0;
        do {
            int to = Math.min(keys.size(), from + PER_MESSAGE);
            InventoryChange.Builder change = InventoryChange.newBuilder().setReplacesAll(replacesAll && from == 0);
            for (ObjectKey key : keys.subList(from, to)) {
                String body = objects.get(key);
                if (body == null) {
                    change.addDeletes(key.toRef());
                } else {
                    change.addUpserts(
                            InventoryObject.newBuilder().setObject(key.toRef()).setBodyJson(body));
                }
            }
            if (to == keys.size()) {
                change.setDigest(digest());
            }
            if (!handOver(AgentMessage.newBuilder().setInventoryChange(change).build())) {
                greeted = 0; // the hub lacks something now: a digest tells it so
                return;
            }
            from = to;
        } while (from < keys.size());
    }

    /** Waits for a stream that is behind, but not for another one. */
    private boolean handOver(AgentMessage message) {
        long stream = streams.get();
        for (int attempt = 0; attempt < ATTEMPTS && greet && stream == streams.get(); attempt++) {
            if (uplink.send(message)) {
                return true;
            }
            LockSupport.parkNanos(ATTEMPT_EVERY.toNanos());
        }
        return false;
    }

    private String digest() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            objects.forEach((key, body) ->
                    sha.update((key.group() + "|" + key + "|" + body + "\n").getBytes(StandardCharsets.UTF_8)));
            return "sha256:" + HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
