package io.weft.agent.apply;

import io.weft.agent.plan.Snapshot;
import io.weft.protocol.v1.Desired;
import io.weft.protocol.v1.LayerAck;
import java.util.List;

/** What the reconciler would report, for tests of those that listen. */
public final class Reports {
    private Reports() {}

    /** All layers of the state are applied and checked. */
    public static void acknowledged(Progress progress, Desired desired) {
        Snapshot snapshot = Snapshot.of(desired);
        List<LayerAck> acks = snapshot.layers().stream()
                .map(layer -> LayerAck.newBuilder()
                        .setName(layer.name())
                        .setDigest(layer.digest())
                        .build())
                .toList();
        progress.report(snapshot, acks, true, List.of());
    }
}
