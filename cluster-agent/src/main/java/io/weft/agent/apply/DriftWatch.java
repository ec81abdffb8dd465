package io.weft.agent.apply;

import io.weft.agent.apply.Ownership.Trace;
import io.weft.agent.kube.ApiPaths;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.kube.Reflector;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Snapshot;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Watches the metadata of every kind in the desired state, Weft's label only, each object pruned to a hash. */
public final class DriftWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DriftWatch.class);

    private final KubeApi api;
    private final ApiPaths paths;
    private final Map<ObjectKey, Reflector<Trace>> watches = new ConcurrentHashMap<>();

    public DriftWatch(KubeApi api, ApiPaths paths) {
        this.api = api;
        this.paths = paths;
    }

    /** Begins and ends watches so that they cover exactly the kinds of this state. */
    void cover(Snapshot snapshot, BiConsumer<ObjectKey, @Nullable Trace> seen) {
        Set<ObjectKey> kinds =
                snapshot.objects().map(item -> kindOf(item.key())).collect(Collectors.toSet());
        watches.keySet().removeIf(kind -> {
            boolean unused = !kinds.contains(kind);
            if (unused) {
                Optional.ofNullable(watches.get(kind)).ifPresent(Reflector::close);
            }
            return unused;
        });
        kinds.stream().filter(kind -> !watches.containsKey(kind)).forEach(kind -> begin(kind, seen));
    }

    /** False while the kind's watch has not listed yet: then objects must be looked at one by one. */
    boolean covers(ObjectKey key) {
        Reflector<Trace> watch = watches.get(kindOf(key));
        return watch != null && watch.synced();
    }

    /** What the kind's watch shows of the object now; empty = it is gone, or lost Weft's label. */
    Optional<Trace> item(ObjectKey key) {
        return Optional.ofNullable(watches.get(kindOf(key)))
                .flatMap(watch -> watch.item(key.namespace() + "/" + key.name()));
    }

    @Override
    public void close() {
        watches.values().forEach(Reflector::close);
    }

    private void begin(ObjectKey kind, BiConsumer<ObjectKey, @Nullable Trace> seen) {
        try {
            paths.everywhere(kind).ifPresent(path -> {
                Reflector<Trace> watch = new Reflector<>(
                        api,
                        new Reflector.Source(path, Ownership.SELECTOR, true),
                        Ownership::trace,
                        (name, _, after) -> seen.accept(keyOf(kind, name), after));
                watches.put(kind, watch);
                watch.start();
            });
        } catch (KubeRefusal refusal) {
            LOG.debugf("watching %s must wait: %s", kind.kind(), refusal.getMessage());
        }
    }

    private static ObjectKey kindOf(ObjectKey key) {
        return new ObjectKey(key.group(), key.version(), key.kind(), "", "");
    }

    private static ObjectKey keyOf(ObjectKey kind, String name) {
        int slash = name.indexOf('/');
        return new ObjectKey(
                kind.group(), kind.version(), kind.kind(), name.substring(0, slash), name.substring(slash + 1));
    }
}
