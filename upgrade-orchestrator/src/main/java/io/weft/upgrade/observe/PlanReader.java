package io.weft.upgrade.observe;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.wire.WireNames;
import io.weft.upgrade.decision.Gate;
import io.weft.upgrade.decision.MeshRevision;
import io.weft.upgrade.decision.Plan;
import io.weft.upgrade.decision.Plan.OnFailure;
import io.weft.upgrade.decision.Plan.OnNoData;
import io.weft.upgrade.decision.Plan.PlannedWave;
import io.weft.upgrade.decision.Plan.Timing;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes a plan of the rows that were written when a rollout was created. */
@Singleton
public final class PlanReader {
    private static final int DEFAULT_PARALLEL = 4;
    private static final Duration DEFAULT_SOAK = Duration.ofMinutes(5);
    private static final double DEFAULT_MAX_DROP = 0.002;
    private static final double DEFAULT_MAX_RISE = 0.02;
    private static final long DEFAULT_MIN_REQUESTS = 200;

    private static final List<Gate> STANDARD_GATES = List.of(
            new Gate.SuccessRate("successRate", DEFAULT_MAX_DROP, DEFAULT_MIN_REQUESTS),
            new Gate.LatencyShare("latencyShare", DEFAULT_MAX_RISE, DEFAULT_MIN_REQUESTS),
            new Gate.ProxySync("proxySync"),
            new Gate.Probes("probes"));

    private final Timing timing;

    public PlanReader(RolloutTiming timing) {
        this.timing = timing.timing();
    }

    /**
     * The plan of a rollout.
     *
     * @throws IllegalArgumentException the stored specification is none; the message names the field
     */
    public Plan read(TenantTx tx, Subject subject, String fromVersion, String toVersion, JsonNode spec) {
        return new Plan(
                revisionOf(tx, subject, fromVersion),
                MeshRevision.of(toVersion),
                waves(tx, subject),
                gates(spec.path("gates")),
                WireNames.parse(OnFailure.class, spec.path("onFailure").asText("rollBackWave")),
                WireNames.parse(OnNoData.class, spec.path("onNoData").asText("pause")),
                timing(spec));
    }

    /** An installed control plane may have another revision than its version would give it. */
    private static MeshRevision revisionOf(TenantTx tx, Subject subject, String version) {
        return tx.first(String.class, """
                SELECT revision FROM control_plane WHERE installation_id = ? AND version = ?
                ORDER BY is_default DESC, create_time LIMIT 1
                """, subject.installation(), version)
                .map(revision -> new MeshRevision(revision, version))
                .orElseGet(() -> MeshRevision.of(version));
    }

    record WaveRow(int position, String name, JsonNode spec) {}

    record TargetRow(int wavePosition, String namespace) {}

    private static List<PlannedWave> waves(TenantTx tx, Subject subject) {
        Map<Integer, TreeSet<String>> namespaces = new TreeMap<>();
        tx.list(
                        TargetRow.class,
                        "SELECT wave_position, namespace FROM wave_target WHERE rollout_id = ? AND wave_position >= 0",
                        subject.rollout())
                .forEach(target -> namespaces
                        .computeIfAbsent(target.wavePosition(), _ -> new TreeSet<>())
                        .add(target.namespace()));
        return tx
                .list(
                        WaveRow.class,
                        "SELECT position, name, spec FROM wave WHERE rollout_id = ? ORDER BY position",
                        subject.rollout())
                .stream()
                .map(wave -> wave(wave, namespaces.getOrDefault(wave.position(), new TreeSet<>())))
                .toList();
    }

    private static PlannedWave wave(WaveRow row, SortedSet<String> namespaces) {
        JsonNode spec = row.spec();
        return new PlannedWave(
                row.position(),
                row.name(),
                namespaces,
                spec.path("maxParallelWorkloads").asInt(DEFAULT_PARALLEL),
                DurationText.of(spec, "soak", DEFAULT_SOAK),
                spec.path("approval").asText("").equals("required"));
    }

    private static List<Gate> gates(JsonNode gates) {
        if (gates.isEmpty()) {
            return STANDARD_GATES;
        }
        List<Gate> read = new ArrayList<>();
        gates.forEach(gate -> read.add(gate(gate)));
        return read;
    }

    private static Gate gate(JsonNode gate) {
        String kind = gate.path("kind").asText("");
        String name = gate.path("name").asText(kind);
        long minRequests = gate.path("minRequests").asLong(DEFAULT_MIN_REQUESTS);
        return switch (kind) {
            case "successRate" ->
                new Gate.SuccessRate(name, gate.path("maxDrop").asDouble(DEFAULT_MAX_DROP), minRequests);
            case "latencyShare" ->
                new Gate.LatencyShare(name, gate.path("maxRise").asDouble(DEFAULT_MAX_RISE), minRequests);
            case "proxySync" -> new Gate.ProxySync(name);
            case "probes" -> new Gate.Probes(name);
            default ->
                throw new IllegalArgumentException("gates: kind of gate " + name
                        + " must be successRate, latencyShare, proxySync or probes, got " + kind);
        };
    }

    private Timing timing(JsonNode spec) {
        return new Timing(
                timing.controlPlaneDeadline(),
                DurationText.of(spec, "controlPlaneSoak", timing.controlPlaneSoak()),
                DurationText.of(spec, "moveDeadline", timing.moveDeadline()),
                timing.rollbackDeadline(),
                DurationText.of(spec, "finalSoak", timing.finalSoak()),
                timing.controlPlaneLost(),
                timing.agentLost(),
                timing.telemetryLate(),
                timing.telemetryLost(),
                timing.evidenceGrace(),
                timing.lookAgain());
    }
}
