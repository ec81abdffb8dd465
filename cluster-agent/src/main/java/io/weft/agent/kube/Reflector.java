package io.weft.agent.kube;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a pruned copy of one collection by list and watch. Each object is reduced to what its reader needs before it is
 * kept. A watch that ends is resumed; one that cannot be (410) or fails is listed anew, after a pause that grows to 30 s.
 */
public final class Reflector<T> implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Reflector.class);
    private static final int WATCH_SECONDS = 240;
    private static final int LONGEST_PAUSE_MILLIS = 30_000;
    private static final String METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

    /** Told of every change on the reflector's thread; null = was not, is not. */
    public interface Listener<T> {
        void changed(String key, @Nullable T before, @Nullable T after);
    }

    /** What to watch: a collection's path and a label selector, empty for all. */
    public record Source(String path, String labelSelector, boolean metadataOnly) {
        public static Source all(String path) {
            return new Source(path, "", false);
        }

        private String query() {
            return labelSelector.isEmpty() ? "" : "&labelSelector=" + KubeApi.encode(labelSelector);
        }
    }

    private final KubeApi api;
    private final Source source;
    private final Function<JsonNode, T> reduce;
    private final Listener<T> listener;
    private final Map<String, T> items = new ConcurrentHashMap<>();
    private volatile boolean synced;
    private volatile boolean closed;
    private volatile @Nullable Thread thread;

    public Reflector(KubeApi api, Source source, Function<JsonNode, T> reduce, Listener<T> listener) {
        this.api = api;
        this.source = source;
        this.reduce = reduce;
        this.listener = listener;
    }

    public void start() {
        thread = Thread.ofVirtual().name("watch " + source.path()).start(this::run);
    }

    @Override
    public void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    /** True after the first complete list. */
    public boolean synced() {
        return synced;
    }

    /** Items by "namespace/name"; of cluster-wide kinds by "/name". A live view. */
    public Map<String, T> items() {
        return items;
    }

    public Optional<T> item(String key) {
        return Optional.ofNullable(items.get(key));
    }

    public static String keyOf(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return metadata.path("namespace").asText("") + "/"
                + metadata.path("name").asText();
    }

    private void run() {
        int pause = 500;
        while (!closed) {
            try {
                String version = list();
                pause = 500;
                while (!closed && !version.isEmpty()) {
                    version = watch(version);
                }
            } catch (KubeRefusal refusal) {
                // A kind that the server does not (yet) serve is no news; the next list finds it.
                LOG.log(
                        refusal.isNotFound() || closed ? Logger.Level.DEBUG : Logger.Level.WARN,
                        "watching " + source.path() + " failed, listing again: " + refusal.getMessage());
                pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
                pause(pause);
            } catch (RuntimeException e) {
                if (closed) {
                    return;
                }
                LOG.errorf(e, "watching %s failed, listing again", source.path());
                pause(LONGEST_PAUSE_MILLIS);
            }
        }
    }

    private String list() {
        Set<String> found = new HashSet<>();
        String accept = source.metadataOnly() ? METADATA_LIST : KubeApi.JSON;
        String version = api.list(source.path(), source.query(), accept, item -> {
            found.add(keyOf(item));
            put(item);
        });
        items.keySet().stream().filter(key -> !found.contains(key)).toList().forEach(this::remove);
        synced = true;
        return version;
    }

    /** Follows until the server ends the watch; returns where to go on, empty = list anew. */
    private String watch(String from) {
        int seconds = WATCH_SECONDS + ThreadLocalRandom.current().nextInt(60);
        String[] at = {from};
        String path = source.path() + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=" + seconds
                + "&resourceVersion=" + from + source.query();
        api.watch(
                path,
                source.metadataOnly() ? KubeApi.METADATA : KubeApi.JSON,
                seconds + 30,
                event -> at[0] = accept(event, at[0]));
        return at[0];
    }

    private String accept(JsonNode event, String at) {
        JsonNode object = event.path("object");
        switch (event.path("type").asText()) {
            case "ADDED", "MODIFIED" -> put(object);
            case "DELETED" -> remove(keyOf(object));
            case "BOOKMARK" -> {}
            default -> {
                return "";
            }
        }
        return at.isEmpty()
                ? ""
                : object.path("metadata").path("resourceVersion").asText(at);
    }

    private void put(JsonNode object) {
        String key = keyOf(object);
        T after = reduce.apply(object);
        T before = items.put(key, after);
        if (!after.equals(before)) {
            listener.changed(key, before, after);
        }
    }

    private void remove(String key) {
        T before = items.remove(key);
        if (before != null) {
            listener.changed(key, before, null);
        }
    }

    private void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException _) {
            closed = true;
        }
    }
}
