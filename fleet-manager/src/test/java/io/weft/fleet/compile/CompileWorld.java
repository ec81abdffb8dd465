package io.weft.fleet.compile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.fleet.compile.Compiles.LinkRow;
import io.weft.fleet.render.ChartJob;
import io.weft.fleet.render.ChartRenderer;
import io.weft.fleet.render.RenderConfig;
import io.weft.fleet.render.Rendered;
import io.weft.kit.id.TenantId;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.istio.IstioDocuments;
import io.weft.model.manifest.CanonicalJson;
import io.weft.model.manifest.LayerDocument.BodyRef;
import io.weft.model.manifest.ObjectKey;
import io.weft.testkit.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** One organisation with one cluster: writes rows as api-service would, and compiles them as fleet-manager does. */
final class CompileWorld implements AutoCloseable {
    private final TenantId tenant;
    private final TenantTransactions api;
    private final TenantTransactions fleet;
    private final TenantTransactions upgrade;
    private final Renderer renderer = new Renderer();
    private final Renders renders = new Renders();
    private final ControlPlanes planes = new ControlPlanes();
    private final RenderResults results = new RenderResults();
    private final LayerStore store = new LayerStore();
    private final Releases releases;
    private final Compiles compiles;
    private final UUID clusterId = UuidV7.next();
    private final UUID installationId = UuidV7.next();

    /** A renderer that can be told that it must not be needed, to wait, or to break off. */
    static final class Renderer extends ChartRenderer {
        private final Semaphore open = new Semaphore(1);
        private volatile boolean forbidden;
        private volatile boolean breaking;

        Renderer() {
            super(new RenderConfig() {
                @Override
                public Duration timeLimit() {
                    return Duration.ofMinutes(2);
                }

                @Override
                public int heapMebibytes() {
                    return 256;
                }
            });
        }

        void forbid() {
            forbidden = true;
        }

        @Override
        public Rendered render(String kubernetesVersion, List<ChartJob> jobs) {
            if (forbidden) {
                throw new AssertionError("rendered although nothing that a render depends on had changed");
            }
            if (breaking) {
                return new Rendered.Broken("the renderer ended with 137 and no answer");
            }
            open.acquireUninterruptibly();
            try {
                return super.render(kubernetesVersion, jobs);
            } finally {
                open.release();
            }
        }

        /** Renders begin and do not end. */
        void hold() {
            open.acquireUninterruptibly();
        }

        void letGo() {
            open.release();
        }

        void breaksOff(boolean does) {
            breaking = does;
        }
    }

    record Target(String state, String reason, long compiledGeneration, JsonNode objects) {}

    CompileWorld(TestDatabase database, String name) {
        tenant = new TenantId(database.tenant("org-" + name));
        api = new TenantTransactions(database.dataSource("weft_api"));
        fleet = new TenantTransactions(database.dataSource("weft_fleet"));
        upgrade = new TenantTransactions(database.dataSource("weft_upgrade"));
        releases = new Releases(renderer);
        compiles = new Compiles(
                new InputsReader(planes),
                planes,
                new PlaneRenders(
                        planes,
                        results,
                        new ControlPlaneRenders(fleet, renders, renderer, planes, results, store, releases)),
                new Versions(store, new PolicyTargets(), new Probes()));
        write(tx -> {
            tx.update(
                    "INSERT INTO cluster (tenant_id, id, name, spec) VALUES (?, ?, 'local', '{}')", tenant, clusterId);
            tx.update("INSERT INTO cluster_status (tenant_id, cluster_id) VALUES (?, ?)", tenant, clusterId);
            return tx.update("INSERT INTO agent_link (tenant_id, cluster_id) VALUES (?, ?)", tenant, clusterId);
        });
        kubernetesVersion("v1.33.13");
    }

    UUID clusterId() {
        return clusterId;
    }

    Renderer renderer() {
        return renderer;
    }

    void kubernetesVersion(@Nullable String version) {
        fleet.in(
                tenant,
                tx -> tx.update(
                        "UPDATE cluster_status SET kubernetes_version = ? WHERE cluster_id = ?", version, clusterId));
    }

    UUID release(String version, byte[] bundle) {
        UUID id = UuidV7.next();
        write(tx -> tx.update("""
                INSERT INTO mesh_release (tenant_id, id, family, version, digest, document, bundle)
                VALUES (?, ?, 'istio', ?, ?, '{}', ?)
                """, tenant, id, version, CanonicalJson.digestOf(bundle), bundle));
        return id;
    }

    void mesh(String version) {
        UUID mesh = UuidV7.next();
        write(tx -> {
            tx.update("""
                    INSERT INTO mesh (tenant_id, id, name, family, mode, version, spec)
                    VALUES (?, ?, 'main', 'istio', 'sidecar', ?, '{"trustDomain":"acme.example"}')
                    """, tenant, mesh, version);
            return tx.update("""
                    INSERT INTO installation (tenant_id, id, name, mesh_id, cluster_id, spec)
                    VALUES (?, ?, 'main-local', ?, ?, '{}')
                    """, tenant, installationId, mesh, clusterId);
        });
    }

    void values(Map<String, Object> values) {
        write(tx -> tx.update(
                "UPDATE installation SET spec = ? WHERE id = ?", Json.node(Map.of("values", values)), installationId));
    }

    void controlPlane(String version, boolean isDefault) {
        write(tx ->
                tx.update("""
                INSERT INTO control_plane (tenant_id, installation_id, revision, version, release_id, is_default, state)
                SELECT ?, ?, ?, ?, id, ?, 'installing' FROM mesh_release WHERE version = ?
                """, tenant, installationId, IstioDocuments.revision(version), version, isDefault, version));
    }

    /** As the orchestrator's promotion, and as its way back. */
    void makeDefault(String revision) {
        upgrade.in(tenant, tx -> tx.update("UPDATE control_plane SET is_default = (revision = ?)", revision));
    }

    /** As if the wait before the next try of what broke off were over. */
    void waitIsOver() {
        fleet.in(tenant, tx -> tx.update("UPDATE render SET retry_time = now() WHERE retry_time IS NOT NULL"));
    }

    void unwanted(String revision) {
        write(tx -> tx.update("UPDATE control_plane SET wanted = false WHERE revision = ?", revision));
    }

    void wanted(String revision) {
        write(tx -> tx.update("UPDATE control_plane SET wanted = true WHERE revision = ?", revision));
    }

    String state(String revision) {
        return fleet.in(
                tenant,
                tx -> tx.first(String.class, "SELECT state FROM control_plane WHERE revision = ?", revision)
                        .orElseThrow());
    }

    void place(String namespace, String revision) {
        write(tx -> tx.update("""
                INSERT INTO placement (tenant_id, cluster_id, namespace, installation_id, revision) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (tenant_id, cluster_id, namespace) DO UPDATE SET revision = excluded.revision
                """, tenant, clusterId, namespace, installationId, revision));
    }

    /** Namespace shop with Services catalog and web, each with a workload and an account of its own. */
    void inventory() {
        object("Namespace", "", "shop", Map.of("labels", Map.of()));
        for (String name : List.of("catalog", "web")) {
            service(name);
            object(
                    "Workload",
                    "shop",
                    "deployment/" + name,
                    Map.of("podLabels", Map.of("app", name), "serviceAccount", name));
        }
    }

    void service(String name) {
        object(
                "Service",
                "shop",
                name,
                Map.of("selector", Map.of("app", name), "ports", List.of(Map.of("name", "http", "port", 8080))));
    }

    private void object(String kind, String namespace, String name, Map<String, Object> body) {
        fleet.in(
                tenant,
                tx -> tx.update(
                        "INSERT INTO inventory_object (tenant_id, cluster_id, kind, namespace, name, body) VALUES (?, ?, ?, ?, ?, ?)",
                        tenant,
                        clusterId,
                        kind,
                        namespace,
                        name,
                        Json.node(body)));
    }

    void forgetService(String name) {
        fleet.in(tenant, tx -> tx.update("DELETE FROM inventory_object WHERE kind = 'Service' AND name = ?", name));
    }

    UUID policy(String name, String kind, Map<String, Object> spec) {
        UUID id = UuidV7.next();
        write(tx -> {
            tx.update(
                    "INSERT INTO policy (tenant_id, id, name, kind, spec) VALUES (?, ?, ?, ?, ?)",
                    tenant,
                    id,
                    name,
                    kind,
                    Json.node(spec));
            revision(tx, id, 1, spec);
            return tx.update("""
                    INSERT INTO policy_target (tenant_id, policy_id, installation_id, class, delivered_generation)
                    VALUES (?, ?, ?, 'istio-1.26-sidecar', 1)
                    """, tenant, id, installationId);
        });
        return id;
    }

    void rewrite(UUID policy, Map<String, Object> spec) {
        write(tx -> {
            revision(tx, policy, 2, spec);
            return tx.update("UPDATE policy_target SET delivered_generation = 2 WHERE policy_id = ?", policy);
        });
    }

    private void revision(TenantTx tx, UUID policy, long generation, Map<String, Object> spec) {
        tx.update(
                "INSERT INTO policy_revision (tenant_id, policy_id, generation, spec, author) VALUES (?, ?, ?, ?, 'me')",
                tenant,
                policy,
                generation,
                Json.node(spec));
    }

    void delete(UUID policy) {
        write(tx -> tx.update("UPDATE policy SET delete_time = now() WHERE id = ?", policy));
    }

    boolean exists(UUID policy) {
        return fleet.in(
                tenant,
                tx -> tx.first(UUID.class, "SELECT id FROM policy WHERE id = ?", policy)
                        .isPresent());
    }

    Target target(UUID policy) {
        return fleet.in(
                tenant,
                tx -> tx.first(
                                Target.class,
                                "SELECT state, reason, compiled_generation, objects FROM policy_target WHERE policy_id = ?",
                                policy)
                        .orElseThrow());
    }

    long refusedGeneration(UUID policy) {
        return fleet.in(
                tenant,
                tx -> tx.first(Long.class, "SELECT refused_generation FROM policy_target WHERE policy_id = ?", policy)
                        .orElseThrow());
    }

    /** As an agent's reports of a passed probe would leave it. */
    void enforced(UUID policy) {
        fleet.in(tenant, tx -> tx.update("""
                UPDATE policy_target SET state = 'enforced', applied_generation = compiled_generation, proof = '{}',
                    proof_expire_time = now() + interval '1 day' WHERE policy_id = ?
                """, policy));
    }

    Optional<JsonNode> proof(UUID policy) {
        return fleet.in(
                tenant,
                tx -> tx.first(
                        JsonNode.class,
                        "SELECT proof FROM policy_target WHERE policy_id = ? AND proof IS NOT NULL",
                        policy));
    }

    void requestRun(UUID policy) {
        write(tx -> tx.update("UPDATE probe SET run_request = run_request + 1 WHERE policy_id = ?", policy));
    }

    UUID probeId(UUID policy) {
        return fleet.in(
                tenant,
                tx -> tx.first(UUID.class, "SELECT id FROM probe WHERE policy_id = ?", policy)
                        .orElseThrow());
    }

    void oppositeSeen(UUID policy) {
        fleet.in(tenant, tx -> tx.update("UPDATE probe SET opposite_seen = true WHERE policy_id = ?", policy));
    }

    boolean isOppositeSeen(UUID policy) {
        return fleet.in(
                tenant,
                tx -> tx.first(Boolean.class, "SELECT opposite_seen FROM probe WHERE policy_id = ?", policy)
                        .orElseThrow());
    }

    void raise() {
        write(tx -> tx.update("""
                UPDATE agent_link SET requested_version = requested_version + 1, requested_reason = 'test'
                WHERE cluster_id = ?
                """, clusterId));
    }

    Optional<Instant> handle() {
        return fleet.in(tenant, tx -> compiles.handle(tx, clusterId));
    }

    /** Modes of the advisory locks that a compile holds until it commits. */
    List<String> locksOfACompile() {
        return fleet.in(tenant, tx -> {
            compiles.handle(tx, clusterId);
            return tx.list(
                    String.class, "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()");
        });
    }

    Optional<Instant> handleRelease(UUID release) {
        ReleaseRules rules = new ReleaseRules(fleet, renders, renderer, releases);
        return fleet.in(tenant, tx -> rules.handle(tx, release));
    }

    JsonNode rules(UUID release) {
        return fleet.in(
                tenant,
                tx -> tx.first(JsonNode.class, "SELECT lifecycle_rules FROM mesh_release WHERE id = ?", release)
                        .orElseThrow());
    }

    /** As a complete acknowledgement of the newest version would. */
    void acknowledge() {
        fleet.in(
                tenant,
                tx -> tx.update(
                        "UPDATE agent_link SET applied_version = compiled_version WHERE tenant_id = ? AND cluster_id = ?",
                        tenant,
                        clusterId));
    }

    int sweep() {
        return fleet.in(tenant, tx -> DeletedPolicies.sweep(tx, clusterId));
    }

    LinkRow link() {
        return fleet.in(
                tenant,
                tx -> tx.first(
                                LinkRow.class,
                                "SELECT requested_version, compiled_version FROM agent_link WHERE cluster_id = ?",
                                clusterId)
                        .orElseThrow());
    }

    List<String> layers() {
        return fleet.in(
                tenant,
                tx -> tx.list(
                        String.class,
                        "SELECT name FROM cluster_layer WHERE cluster_id = ? AND version = ? ORDER BY position",
                        clusterId,
                        compiledVersion(tx)));
    }

    Set<String> layersOf(UUID cluster) {
        return fleet.in(
                tenant,
                tx -> new TreeSet<>(
                        tx.list(String.class, "SELECT name FROM cluster_layer WHERE cluster_id = ?", cluster)));
    }

    String layerDigest(String name) {
        return fleet.in(tenant, tx -> digest(tx, name));
    }

    List<ObjectKey> bodies(String layer) {
        return refs(layer).stream().map(BodyRef::object).toList();
    }

    /** The stored body of an object of a layer, unpacked. */
    JsonNode document(String layer, String name) {
        BodyRef ref = refs(layer).stream()
                .filter(body -> body.object().name().equals(name))
                .findFirst()
                .orElseThrow();
        byte[] gz = fleet.in(
                tenant,
                tx -> tx.first(byte[].class, "SELECT gz FROM manifest_body WHERE digest = ?", ref.digest())
                        .orElseThrow());
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gz))) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<ObjectKey> tombstones() {
        return fleet
                .in(
                        tenant,
                        tx -> tx.list(JsonNode.class, "SELECT object FROM tombstone WHERE cluster_id = ?", clusterId))
                .stream()
                .map(node -> ObjectKey.fromMap(Json.tree(node)))
                .toList();
    }

    JsonNode findings() {
        return fleet.in(
                tenant,
                tx -> tx.first(JsonNode.class, "SELECT findings FROM cluster_status WHERE cluster_id = ?", clusterId)
                        .orElseThrow());
    }

    private List<BodyRef> refs(String layer) {
        return fleet.in(
                tenant,
                tx -> store.document(tx, digest(tx, layer))
                        .orElseThrow()
                        .bodies()
                        .toList());
    }

    private String digest(TenantTx tx, String layer) {
        return tx.first(
                        String.class,
                        "SELECT layer_digest FROM cluster_layer WHERE cluster_id = ? AND version = ? AND name = ?",
                        clusterId,
                        compiledVersion(tx),
                        layer)
                .orElseThrow();
    }

    private long compiledVersion(TenantTx tx) {
        return tx.first(Long.class, "SELECT compiled_version FROM agent_link WHERE cluster_id = ?", clusterId)
                .orElseThrow();
    }

    private void write(Function<TenantTx, Integer> work) {
        api.in(tenant, work);
    }

    @Override
    public void close() {
        renders.close();
    }
}
