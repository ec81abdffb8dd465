package io.weft.api.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Condition;
import io.weft.api.http.Json;
import io.weft.api.http.Prefix;
import io.weft.api.http.Viewed;
import io.weft.kit.id.PublicId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** A cluster as it is answered. */
public record ClusterView(
        String id,
        String name,
        Map<String, String> labels,
        long generation,
        Instant createTime,
        Instant updateTime,
        ClusterSpec spec,
        ClusterStatus status)
        implements Viewed {
    static ClusterView from(ClusterRow row) {
        return new ClusterView(
                PublicId.format(Prefix.CLUSTER, row.id()),
                row.name(),
                Json.labels(row.labels()),
                row.generation(),
                row.createTime(),
                row.updateTime(),
                Json.read(row.spec(), ClusterSpec.class),
                status(row));
    }

    private static ClusterStatus status(ClusterRow row) {
        return new ClusterStatus(
                row.generation(),
                row.appliedVersion() < row.requestedVersion(),
                row.kubernetesVersion(),
                new ClusterStatus.Agent(row.agentVersion(), row.certificateNotAfter(), missing(row.preflight())),
                new ClusterStatus.StateVersion(row.requestedVersion(), row.compiledVersion(), row.appliedVersion()),
                row.preflight(),
                row.rejections(),
                row.findings(),
                List.of(connected(row), compiled(row), applied(row)));
    }

    private static List<String> missing(JsonNode preflight) {
        return StreamSupport.stream(preflight.spliterator(), false)
                .filter(finding -> finding.path("code").asText().equals("PermissionMissing"))
                .map(finding -> finding.path("object").asText())
                .toList();
    }

    private static Condition connected(ClusterRow row) {
        if (row.connected()) {
            return Condition.isTrue("Connected", "StreamOpen", "", row.generation());
        }
        return row.joined()
                ? Condition.isFalse("Connected", "AgentLost", "Check the agent in weft-system", row.generation())
                : Condition.isFalse("Connected", "NeverJoined", "Run the install lines", row.generation());
    }

    private static Condition compiled(ClusterRow row) {
        if (row.compiledVersion() < row.requestedVersion()) {
            return Condition.unknown("Compiled", "Pending", "", row.generation());
        }
        return row.findings().isEmpty()
                ? Condition.isTrue("Compiled", "UpToDate", "", row.generation())
                : Condition.isFalse("Compiled", "HasFindings", first(row.findings()), row.generation());
    }

    private static Condition applied(ClusterRow row) {
        if (!row.rejections().isEmpty()) {
            return Condition.isFalse("Applied", "Rejected", first(row.rejections()), row.generation());
        }
        return row.appliedVersion() < row.requestedVersion()
                ? Condition.unknown("Applied", "Pending", "", row.generation())
                : Condition.isTrue("Applied", "UpToDate", "", row.generation());
    }

    private static String first(JsonNode reasons) {
        return reasons.path(0).path("message").asText();
    }
}
