package io.weft.agent.inventory;

import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.Reflector;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All pods of the cluster, pruned. */
public final class Pods implements AutoCloseable {
    /** Told of every change of a pod; null = was not, is not. */
    public interface Listener {
        void changed(@Nullable PodView before, @Nullable PodView after);
    }

    private final Reflector<PodView> reflector;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    public Pods(KubeApi api) {
        this.reflector = new Reflector<>(
                api,
                Reflector.Source.all("/api/v1/pods"),
                PodView::of,
                (_, before, after) -> listeners.forEach(listener -> listener.changed(before, after)));
    }

    public void start() {
        reflector.start();
    }

    @Override
    public void close() {
        reflector.close();
    }

    public void onChange(Listener listener) {
        listeners.add(listener);
    }

    /** False until all pods were listed once: what is not seen may be there. */
    public boolean synced() {
        return reflector.synced();
    }

    public Collection<PodView> all() {
        return reflector.items().values();
    }

    /** Pods that carry the annotation, whatever its value. */
    public Stream<PodView> annotated(String annotation) {
        return all().stream().filter(pod -> pod.annotations().containsKey(annotation));
    }

    /** Pods of one namespace whose labels match. */
    public Stream<PodView> selected(String namespace, Map<String, String> selector) {
        return all().stream().filter(pod -> pod.namespace().equals(namespace) && pod.matches(selector));
    }
}
