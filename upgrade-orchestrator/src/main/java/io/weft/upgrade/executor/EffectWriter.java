package io.weft.upgrade.executor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.CompileRequest;
import io.weft.upgrade.decision.Effect;
import io.weft.upgrade.observe.Subject;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes effects into the rows that other services read. It has no opinion: the decision said what. */
final class EffectWriter {
    private static final String VERSION_REACHED = "VersionReached";

    private final TenantTx tx;
    private final Subject subject;
    private final Instant now;

    EffectWriter(TenantTx tx, Subject subject, Instant now) {
        this.tx = tx;
        this.subject = subject;
        this.now = now;
    }

    /** Applies all, then has the cluster's desired state compiled once if an input of it changed. */
    void apply(List<Effect> effects, String reason) {
        boolean desiredStateChanged = false;
        for (Effect effect : effects) {
            desiredStateChanged |= apply(effect);
        }
        if (desiredStateChanged) {
            CompileRequest.raise(tx, subject.cluster(), reason);
        }
    }

    private boolean apply(Effect effect) {
        switch (effect) {
            case Effect.InstallControlPlane install -> install(install);
            case Effect.RemoveControlPlane remove -> remove(remove);
            case Effect.Place place -> place(place);
            case Effect.LiftDeadlines _ -> {
                return liftDeadlines();
            }
            case Effect.MakeDefault makeDefault -> makeDefault(makeDefault);
            case Effect.RequestProbeRuns runs ->
                tx.update(
                        "UPDATE probe SET run_request = run_request + 1 WHERE id = ANY (?::uuid[])",
                        List.copyOf(runs.probes()));
            case Effect.SetVersionReached condition -> {
                setVersionReached(condition);
                return false;
            }
        }
        return true;
    }

    private void install(Effect.InstallControlPlane install) {
        int rows = tx.update(
                """
                INSERT INTO control_plane (tenant_id, installation_id, revision, version, release_id, wanted, is_default, state)
                SELECT ?, ?, ?, ?, r.id, true, false, 'installing'
                FROM mesh m JOIN mesh_release r ON r.family = m.family AND r.version = ? WHERE m.id = ?
                ON CONFLICT (tenant_id, installation_id, revision) DO UPDATE
                SET wanted = true, state = CASE
                    WHEN control_plane.wanted AND control_plane.state = 'ready' THEN 'ready' ELSE 'installing' END
                """,
                tx.tenant(),
                subject.installation(),
                install.revision().revision(),
                install.revision().version(),
                install.revision().version(),
                subject.mesh());
        if (rows == 0) {
            throw new IllegalStateException(
                    "the release of version " + install.revision().version() + " vanished between look and write");
        }
    }

    private void remove(Effect.RemoveControlPlane remove) {
        tx.update(
                "UPDATE control_plane SET wanted = false, is_default = false WHERE installation_id = ? AND revision = ?",
                subject.installation(),
                remove.revision());
    }

    private void place(Effect.Place place) {
        tx.updateEach(
                """
                INSERT INTO placement (tenant_id, cluster_id, namespace, installation_id, revision, max_parallel_workloads,
                    paused, deadline)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?::timestamptz)
                ON CONFLICT (tenant_id, cluster_id, namespace) DO UPDATE
                SET revision = excluded.revision, max_parallel_workloads = excluded.max_parallel_workloads,
                    paused = excluded.paused, deadline = excluded.deadline
                WHERE placement.installation_id = excluded.installation_id
                """,
                place.namespaces().stream()
                        .map(namespace -> placementRow(namespace, place))
                        .toList());
    }

    private @Nullable Object[] placementRow(String namespace, Effect.Place place) {
        return new @Nullable Object[] {
            tx.tenant(),
            subject.cluster(),
            namespace,
            subject.installation(),
            place.revision(),
            place.maxParallelWorkloads(),
            place.paused(),
            place.deadline()
        };
    }

    private boolean liftDeadlines() {
        return tx.update(
                        "UPDATE placement SET deadline = NULL WHERE installation_id = ? AND deadline IS NOT NULL",
                        subject.installation())
                > 0;
    }

    private void makeDefault(Effect.MakeDefault makeDefault) {
        tx.update(
                """
                UPDATE control_plane SET is_default = (revision = ?), state = CASE
                    WHEN revision = ? AND state = 'ready' THEN 'draining'
                    WHEN revision = ? AND state = 'draining' THEN 'ready'
                    ELSE state END
                WHERE installation_id = ? AND revision IN (?, ?)
                """,
                makeDefault.revision(),
                makeDefault.former(),
                makeDefault.revision(),
                subject.installation(),
                makeDefault.revision(),
                makeDefault.former());
    }

    record MeshRow(long generation, JsonNode conditions) {}

    private void setVersionReached(Effect.SetVersionReached condition) {
        MeshRow mesh = tx.first(
                        MeshRow.class,
                        "SELECT generation, conditions FROM mesh WHERE id = ? FOR UPDATE",
                        subject.mesh())
                .orElseThrow();
        ArrayNode conditions = JsonNodeFactory.instance.arrayNode();
        for (JsonNode other : mesh.conditions()) {
            if (!other.path("type").asText().equals(VERSION_REACHED)) {
                conditions.add(other);
            }
        }
        ObjectNode reached = conditions.addObject();
        reached.put("type", VERSION_REACHED);
        reached.put("status", condition.reached() ? "True" : "False");
        reached.put("reason", condition.reason());
        reached.put("message", condition.message());
        reached.put("observedGeneration", mesh.generation());
        reached.put("lastTransitionTime", now.toString());
        tx.update("UPDATE mesh SET conditions = ? WHERE id = ?", conditions, subject.mesh());
    }
}
