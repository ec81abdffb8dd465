package io.weft.agent.plan;

import io.weft.protocol.v1.BodyRef;
import io.weft.protocol.v1.Check;
import io.weft.protocol.v1.Desired;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** One desired state without its bodies. A newer one replaces an older one whole; only tombstones remove (D8). */
public record Snapshot(long epoch, long version, String nonce, List<Layer> layers, List<ObjectKey> tombstones) {
    public static final String CRDS = "crds";
    public static final String POLICY = "policy";
    public static final String PLACEMENT = "placement";
    public static final Snapshot NONE = new Snapshot(0, 0, "", List.of(), List.of());

    /** A content-addressed part of the state. */
    public record Layer(String name, String digest, List<Phase> phases) {
        public Layer {
            phases = List.copyOf(phases);
        }

        public Stream<Item> items() {
            return phases.stream().flatMap(phase -> phase.items().stream());
        }

        static Layer of(io.weft.protocol.v1.Layer layer) {
            return new Layer(
                    layer.getName(),
                    layer.getDigest(),
                    layer.getPhasesList().stream().map(Phase::of).toList());
        }
    }

    /** Objects in order of application, and the checks that hold back the next phase. */
    public record Phase(String name, List<Item> items, List<CheckSpec> checks) {
        public Phase {
            items = List.copyOf(items);
            checks = List.copyOf(checks);
        }

        static Phase of(io.weft.protocol.v1.Phase phase) {
            return new Phase(
                    phase.getName(),
                    phase.getBodiesList().stream().map(Item::of).toList(),
                    phase.getChecksList().stream().map(CheckSpec::of).toList());
        }
    }

    /** An object or document and the digest of its raw JSON. */
    public record Item(ObjectKey key, String digest) {
        static Item of(BodyRef body) {
            return new Item(ObjectKey.of(body.getObject()), body.getDigest());
        }
    }

    /** A check as data; the parameters are JSON, "" = none. */
    public record CheckSpec(String type, ObjectKey object, String parametersJson, Duration timeout) {
        private static final Duration USUAL = Duration.ofMinutes(2);

        static CheckSpec of(Check check) {
            Duration timeout = check.hasTimeout()
                    ? Duration.ofSeconds(
                            check.getTimeout().getSeconds(), check.getTimeout().getNanos())
                    : USUAL;
            return new CheckSpec(check.getType(), ObjectKey.of(check.getObject()), check.getParametersJson(), timeout);
        }
    }

    public Snapshot {
        layers = List.copyOf(layers);
        tombstones = List.copyOf(tombstones);
    }

    public static Snapshot of(Desired desired) {
        return new Snapshot(
                desired.getRegistrationEpoch(),
                desired.getVersion(),
                desired.getNonce(),
                desired.getLayersList().stream().map(Layer::of).toList(),
                desired.getTombstonesList().stream().map(ObjectKey::of).toList());
    }

    /** True when this must not replace the other: an older registration epoch, or an older version in the same one. */
    public boolean isOlderThan(Snapshot other) {
        return epoch < other.epoch || (epoch == other.epoch && version < other.version);
    }

    public Optional<Layer> layer(String name) {
        return layers.stream().filter(layer -> layer.name().equals(name)).findFirst();
    }

    public Stream<Item> items() {
        return layers.stream().flatMap(Layer::items);
    }

    /** Items that are applied to the API server, not taken over as documents. */
    public Stream<Item> objects() {
        return items().filter(item -> !item.key().isDocument());
    }

    /** Documents of one kind. */
    public Stream<Item> documents(String kind) {
        return items().filter(
                        item -> item.key().isDocument() && item.key().kind().equals(kind));
    }

    /** Digests of all bodies that are not among those held. */
    public Set<String> missing(Collection<String> held) {
        Set<String> missing = new HashSet<>();
        items().forEach(item -> missing.add(item.digest()));
        missing.removeAll(held);
        return missing;
    }
}
