package io.weft.api.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Ids;
import io.weft.api.http.Json;
import io.weft.api.http.Prefix;
import io.weft.api.http.Violations;
import io.weft.api.mesh.Releases;
import io.weft.api.rollout.RolloutWrite.RolloutSpec;
import io.weft.api.rollout.RolloutWrite.WaveSpec;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.problem.Violation;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.facts.LabelSelector;
import io.weft.model.version.UpgradePath;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/** Whether a rollout may start: references, versions, path, and which namespaces each wave moves. */
@Singleton
class RolloutPlan {
    private final Releases releases;

    RolloutPlan(Releases releases) {
        this.releases = releases;
    }

    /** A rollout that may start; {@code namespaces} by position of the wave. */
    record Checked(UUID mesh, UUID installation, UUID cluster, String fromVersion, List<List<String>> namespaces) {}

    private record Subject(
            UUID installation,
            UUID mesh,
            UUID cluster,
            String family,
            String desiredVersion,
            Optional<String> fromVersion,
            Optional<String> kubernetesVersion,
            JsonNode meshStatus,
            List<String> revisions) {}

    private record NamespaceRow(String namespace, JsonNode labels) {}

    Checked check(TenantTx tx, RolloutSpec spec) {
        Violations violations = new Violations();
        Optional<Subject> found = Ids.inBody(
                        Prefix.INSTALLATION, spec.installationId(), "spec.installationId", violations)
                .flatMap(id -> subject(tx, id));
        if (found.isEmpty() && violations.count() == 0) {
            violations.body("spec.installationId", "UNKNOWN_REFERENCE", "names no installation of this organisation");
        }
        violations.throwIfAny();
        Subject subject = found.orElseThrow();
        String from = subject.fromVersion()
                .orElseThrow(() -> Problem.of(ProblemType.STATE_CONFLICT, "The installation is being removed"));
        Releases.Release release = release(tx, subject, spec, violations);
        List<List<String>> namespaces = assign(tx, subject, spec, violations);
        violations.throwIfAny();
        requirePath(subject, from, spec.toVersion(), release.document());
        return new Checked(subject.mesh(), subject.installation(), subject.cluster(), from, namespaces);
    }

    private static Optional<Subject> subject(TenantTx tx, UUID installation) {
        return tx.first(Subject.class, """
                SELECT i.id AS installation, i.mesh_id AS mesh, i.cluster_id AS cluster, m.family,
                    m.version AS desired_version, s.kubernetes_version, s.mesh_status,
                    (SELECT p.version FROM control_plane p WHERE p.tenant_id = i.tenant_id AND p.installation_id = i.id
                        AND p.is_default AND p.wanted) AS from_version,
                    ARRAY(SELECT p.revision FROM control_plane p
                        WHERE p.tenant_id = i.tenant_id AND p.installation_id = i.id) AS revisions
                FROM installation i
                    JOIN mesh m ON m.tenant_id = i.tenant_id AND m.id = i.mesh_id
                    JOIN cluster_status s ON s.tenant_id = i.tenant_id AND s.cluster_id = i.cluster_id
                WHERE i.id = ? AND in_reach(i.cluster_id, NULL) FOR UPDATE OF i
                """, installation);
    }

    private Releases.Release release(TenantTx tx, Subject subject, RolloutSpec spec, Violations violations) {
        if (!subject.desiredVersion().equals(spec.toVersion())) {
            violations.body(
                    "spec.toVersion",
                    "NOT_DESIRED",
                    "is not what the mesh wants, which is " + subject.desiredVersion()
                            + ": set the mesh's spec.version first");
        }
        Optional<Releases.Release> release = releases.find(tx, subject.family(), spec.toVersion());
        if (release.isEmpty()) {
            violations.body(
                    "spec.toVersion",
                    "UNKNOWN_REFERENCE",
                    "is no uploaded release: upload its bundle to /mesh-releases");
        }
        return release.orElseGet(() -> new Releases.Release(subject.mesh(), Json.of(Map.of())));
    }

    /** Each namespace goes with the first wave that matches it; none may be left behind, else no end could be reached. */
    private static List<List<String>> assign(TenantTx tx, Subject subject, RolloutSpec spec, Violations violations) {
        Map<String, Map<String, String>> left = new LinkedHashMap<>();
        tx.list(NamespaceRow.class, """
                        SELECT p.namespace, COALESCE(o.body -> 'labels', '{}') AS labels
                        FROM placement p LEFT JOIN inventory_object o ON o.tenant_id = p.tenant_id
                            AND o.cluster_id = p.cluster_id AND o.kind = 'Namespace' AND o.name = p.namespace
                        WHERE p.installation_id = ? ORDER BY p.namespace
                        """, subject.installation())
                .forEach(row -> left.put(row.namespace(), Json.labels(row.labels())));
        List<List<String>> waves = new ArrayList<>();
        for (int position = 0; position < spec.waves().size(); position++) {
            List<String> taken = matching(spec.waves().get(position), left);
            taken.forEach(left::remove);
            waves.add(taken);
            if (taken.isEmpty()) {
                violations.body(
                        "spec.waves[" + position + "].namespaceSelector",
                        "MATCHES_NOTHING",
                        "matches no namespace of the installation that no earlier wave has");
            }
        }
        if (!left.isEmpty()) {
            violations.body(
                    "spec.waves",
                    "INCOMPLETE",
                    "leaves these namespaces on the old version: " + String.join(", ", left.keySet()) + "; add a wave");
        }
        return waves;
    }

    private static List<String> matching(WaveSpec wave, Map<String, Map<String, String>> namespaces) {
        Optional<LabelSelector> selector =
                Optional.ofNullable(wave.namespaceSelector()).flatMap(LabelSelector::parse);
        return namespaces.entrySet().stream()
                .filter(namespace ->
                        selector.map(each -> each.matches(namespace.getValue())).orElse(true))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static void requirePath(Subject subject, String from, String to, JsonNode release) {
        UpgradePath.Step step = subject.family().equals("istio")
                ? UpgradePath.istio(question(subject, from, to, release))
                : new UpgradePath.Step.Illegal(
                        "NoUpgrader", "this version of Weft upgrades istio, not " + subject.family());
        if (step instanceof UpgradePath.Step.Illegal illegal) {
            throw Problem.of(ProblemType.NO_UPGRADE_PATH, illegal.reason())
                    .because(List.of(Violation.inBody("spec.toVersion", "NO_UPGRADE_PATH", illegal.reason())))
                    .with("reason", illegal.code());
        }
    }

    private static UpgradePath.Question question(Subject subject, String from, String to, JsonNode release) {
        List<String> upgradesFrom = new ArrayList<>();
        release.path("upgradesFrom").forEach(line -> upgradesFrom.add(line.asText()));
        TreeSet<String> proxies = new TreeSet<>();
        for (JsonNode proxy : subject.meshStatus().path("proxies")) {
            if (subject.revisions().contains(proxy.path("revision").asText())) {
                proxies.add(proxy.path("version").asText());
            }
        }
        return new UpgradePath.Question(
                from,
                to,
                upgradesFrom,
                release.path("kubernetes").path("min").asText(),
                release.path("kubernetes").path("max").asText(),
                subject.kubernetesVersion(),
                List.copyOf(proxies));
    }
}
