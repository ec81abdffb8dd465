package io.weft.fleet.agents;

import static io.weft.fleet.agents.CompiledState.CONFIG_MAP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.weft.fleet.Fleet;
import io.weft.fleet.FleetTest;
import io.weft.fleet.TestAgent;
import io.weft.fleet.TestStream;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.model.manifest.Layer;
import io.weft.model.manifest.Manifest;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Applied;
import io.weft.protocol.v1.BodiesWanted;
import io.weft.protocol.v1.BodyChunk;
import io.weft.protocol.v1.BodyRef;
import io.weft.protocol.v1.Desired;
import io.weft.protocol.v1.HubMessage.KindCase;
import io.weft.protocol.v1.LayerAck;
import io.weft.protocol.v1.Movement;
import io.weft.protocol.v1.ObjectRef;
import io.weft.protocol.v1.ProbeResult;
import io.weft.protocol.v1.Reason;
import io.weft.protocol.v1.Rejected;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@FleetTest
class AgentStreamIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Map<String, Object> POLICY_OBJECT = Map.of(
            "group",
            "security.istio.io",
            "version",
            "v1",
            "kind",
            "PeerAuthentication",
            "namespace",
            "shop",
            "name",
            "p");

    @Test
    void desiredStateGoesDownAndItsAcknowledgementComesUp() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Installed installed = Installed.mesh(cluster);
        UUID policy = installed.policy(POLICY_OBJECT);
        Manifest large = large();
        Layer crds = CompiledState.layer("crds", large);
        Layer plane = CompiledState.layer("controlPlane[1-26-0]", CONFIG_MAP);
        Layer policies = CompiledState.layer("policy");
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            stream.await(KindCase.WELCOME);
            long version = CompiledState.store(cluster, crds, plane, policies);
            tombstone(cluster, version);

            Desired desired = awaitVersion(stream, version);

            assertThat(desired.getRegistrationEpoch()).isEqualTo(1);
            assertThat(desired.getLayersList())
                    .extracting(layer -> layer.getName() + " " + layer.getDigest())
                    .containsExactly(
                            "crds " + crds.digest(),
                            "controlPlane[1-26-0] " + plane.digest(),
                            "policy " + policies.digest());
            BodyRef small = desired.getLayers(1).getPhases(0).getBodies(0);
            assertThat(small.getGzipInline().toByteArray()).isEqualTo(CompiledState.gzipped(plane, small.getDigest()));
            BodyRef big = desired.getLayers(0).getPhases(0).getBodies(0);
            assertThat(big.getGzipInline()).isEqualTo(ByteString.EMPTY);
            assertThat(fetch(stream, big.getDigest())).isEqualTo(CompiledState.gzipped(crds, big.getDigest()));

            stream.say(applied(desired, false, plane));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(installed.controlPlane()).isEqualTo("ready"));
            assertThat(link(cluster, "applied_version")).isEqualTo("0");
            assertThat(installed.target(policy)).isEqualTo("pending/0/");

            stream.say(applied(desired, true, crds, plane, policies));
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(link(cluster, "applied_version")).isEqualTo("" + version));
            assertThat(installed.target(policy)).isEqualTo("applied/1/ProbeNotAuthorised");
            assertThat(Fleet.texts("SELECT object_key FROM tombstone WHERE cluster_id = ?", cluster.cluster()))
                    .isEmpty();
        }
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(link(cluster, "disconnect_time IS NOT NULL")).isEqualTo("true"));
        assertThat(Fleet.actions(cluster)).containsExactly("agent.enrol", "agent.connect");
    }

    @Test
    void aDigestThatWasNeverCompiledIsNotApplied() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Layer committed = CompiledState.layer("placement", CONFIG_MAP);
        Layer invented = CompiledState.layer("placement");
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            long version = CompiledState.store(cluster, committed);
            Desired desired = awaitVersion(stream, version);

            stream.say(applied(desired, true, invented));
            stream.say(applied(desired.toBuilder().setVersion(version + 7).build(), true, committed));
            stream.say(movement("shop", "waiting"));

            awaitMovement(cluster, "waiting"); // reports are handled in order: the two before are done
            assertThat(link(cluster, "applied_version")).isEqualTo("0");
            assertThat(Fleet.texts("SELECT digest FROM layer_ack WHERE cluster_id = ?", cluster.cluster()))
                    .isEmpty();
        }
    }

    @Test
    void aControlPlaneThatComesBackIsReadyOnlyOnceItIsAcknowledgedAnew() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Installed installed = Installed.mesh(cluster);
        Layer plane = CompiledState.layer("controlPlane[1-26-0]", CONFIG_MAP);
        Layer placement = CompiledState.layer("placement");
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            stream.say(applied(
                    awaitVersion(stream, CompiledState.store(cluster, plane, placement)), true, plane, placement));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(installed.controlPlane()).isEqualTo("ready"));
            stream.say(applied(awaitVersion(stream, CompiledState.store(cluster, placement)), false, placement));
            stream.say(movement("shop", "waiting"));
            awaitMovement(cluster, "waiting");
            Fleet.update(
                    "UPDATE control_plane SET state = 'installing' WHERE installation_id = ?",
                    installed.installation());

            Desired again = awaitVersion(stream, CompiledState.store(cluster, plane, placement));
            stream.say(applied(again, false, placement));
            stream.say(movement("shop", "moved"));
            awaitMovement(cluster, "moved");
            assertThat(installed.controlPlane()).isEqualTo("installing");

            stream.say(applied(again, true, plane, placement));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(installed.controlPlane()).isEqualTo("ready"));
        }
    }

    @Test
    void aReconnectingAgentIsSentOnlyWhatItLacks() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            CompiledState.store(cluster, CompiledState.layer("placement"));
            long version = CompiledState.store(cluster, CompiledState.layer("placement", CONFIG_MAP));
            TestStream stream = agent.connect(version);
            stream.await(KindCase.WELCOME);
            long next = CompiledState.store(cluster, CompiledState.layer("placement"));

            assertThat(stream.await(KindCase.DESIRED).getDesired().getVersion()).isEqualTo(next);
        }
    }

    @Test
    void rejectionsReachTheirControlPlaneAndPolicyAndGoWithThem() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Installed installed = Installed.mesh(cluster);
        UUID policy = installed.policy(POLICY_OBJECT);
        UUID bystander = installed.policy(
                Map.of("group", "", "version", "v1", "kind", "ConfigMap", "namespace", "shop", "name", "other"));
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            Desired desired = awaitVersion(
                    stream, CompiledState.store(cluster, CompiledState.layer("controlPlane[1-26-0]", CONFIG_MAP)));

            stream.say(rejected(
                    desired,
                    reason("controlPlane[1-26-0]", "CheckFailed", "Deployment", "istiod", "not available after 300 s"),
                    reason("policy", "Invalid", "PeerAuthentication", "p", "spec.mtls.mode: unknown value")));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(installed.controlPlane())
                            .isEqualTo("failed: Deployment shop/istiod: not available after 300 s"));
            assertThat(installed.target(policy)).isEqualTo("failed/0/Invalid");
            assertThat(installed.target(bystander)).isEqualTo("pending/0/");

            stream.say(rejected(desired));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Fleet.text(
                                    "SELECT rejections FROM cluster_status WHERE cluster_id = ?", cluster.cluster()))
                            .isEqualTo("[]"));
        }
    }

    @Test
    void aProofNeedsTheOppositeAnswerBefore() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Installed installed = Installed.mesh(cluster);
        UUID seen = installed.policy(POLICY_OBJECT);
        UUID unseen = installed.policy(POLICY_OBJECT);
        UUID probeOfSeen = installed.probe(seen);
        UUID probeOfUnseen = installed.probe(unseen);
        Layer policies = CompiledState.layer("policy", CONFIG_MAP);
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            Desired desired = awaitVersion(stream, CompiledState.store(cluster, policies));
            stream.say(ran(probeOfSeen, "before", "failed"));
            stream.say(ran(probeOfSeen, "after", "passed")); // not applied yet: proves nothing
            stream.say(applied(desired, true, policies));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(installed.target(seen)).isEqualTo("applied/1/ProbePending"));

            stream.say(ran(probeOfSeen, "after", "passed"));
            stream.say(ran(probeOfUnseen, "after", "passed"));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(installed.target(unseen)).isEqualTo("applied/1/OppositeNeverSeen"));
            assertThat(installed.target(seen)).isEqualTo("enforced/1/");
            assertThat(Fleet.texts("""
                            SELECT (d.due_time = t.proof_expire_time)::text FROM due_work d
                            JOIN policy_target t ON t.policy_id = d.object_id WHERE d.kind = 'probe' AND t.tenant_id = ?
                            """, cluster.tenant().value())).containsExactly("true");

            stream.say(ran(probeOfSeen, "after", "inconclusive"));
            stream.say(ran(probeOfSeen, "after", "failed"));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(installed.target(seen)).isEqualTo("notEnforced/1/ProbeFailed"));
            assertThat(Fleet.text("SELECT count(*) FROM probe_run WHERE probe_id = ?", probeOfSeen))
                    .isEqualTo("5");
        }
    }

    @Test
    void anOppositeAnswerWhoseReportWasLostIsLearntFromTheNextResult() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Installed installed = Installed.mesh(cluster);
        UUID policy = installed.policy(POLICY_OBJECT);
        UUID probe = installed.probe(policy);
        Layer policies = CompiledState.layer("policy", CONFIG_MAP);
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            stream.say(applied(awaitVersion(stream, CompiledState.store(cluster, policies)), true, policies));

            stream.say(ranAt(probe, 1, 0)); // whoever never saw it proves nothing
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(installed.target(policy)).isEqualTo("applied/1/OppositeNeverSeen"));
            stream.say(ranAt(probe, 2, 2)); // of another text
            stream.say(ranAt(probe, 1, 1));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(installed.target(policy)).isEqualTo("enforced/1/"));
            assertThat(Fleet.text("SELECT opposite_seen::text FROM probe WHERE id = ?", probe))
                    .isEqualTo("true");
            assertThat(Fleet.text("SELECT count(*) FROM probe_run WHERE probe_id = ?", probe))
                    .isEqualTo("2");
        }
    }

    @Test
    void aResultThatIsUnderwayWhileARunIsAskedForCounts() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Installed installed = Installed.mesh(cluster);
        UUID policy = installed.policy(POLICY_OBJECT);
        UUID probe = installed.probe(policy);
        Fleet.update("UPDATE probe SET run_request = 2, digest = 'sha256:runRequest2' WHERE id = ?", probe);
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            agent.connect().say(ranAt(probe, 1, 1));

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(Fleet.text("SELECT opposite_seen::text FROM probe WHERE id = ?", probe))
                                    .isEqualTo("true"));
        }
    }

    @Test
    void aRevokedAgentIsCutOffWithinFiveSecondsAndRefusedAfterwards() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        AgentIdentity other = Fleet.cluster(cluster.tenant());
        try (TestAgent agent = TestAgent.enrolled(cluster);
                TestAgent neighbour = TestAgent.enrolled(other)) {
            TestStream stream = agent.connect();
            TestStream neighbours = neighbour.connect();
            stream.await(KindCase.WELCOME);
            neighbours.await(KindCase.WELCOME);

            Fleet.revokeAgent(cluster);

            assertThat(stream.end(5).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(agent.connect().end(20).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            neighbours.say(movement("shop", "moved")); // the positive control: others go on
            awaitMovement(other, "moved");
        }
    }

    @Test
    void aNewEnrolmentEndsTheStreamOfTheOldOne() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        try (TestAgent old = TestAgent.enrolled(cluster)) {
            TestStream stream = old.connect();
            stream.await(KindCase.WELCOME);
            try (TestAgent replacement = TestAgent.enrolled(cluster)) {
                assertThat(stream.end(15).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
                replacement.connect().await(KindCase.WELCOME);
            }
        }
    }

    @Test
    void theNewestConnectionOfAnAgentReplacesTheOlder() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream first = agent.connect();
            first.await(KindCase.WELCOME);

            agent.connect().await(KindCase.WELCOME);

            assertThat(first.end(20).getCode()).isEqualTo(Status.Code.ABORTED);
            await().during(Duration.ofSeconds(1))
                    .atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(link(cluster, "disconnect_time IS NULL")).isEqualTo("true"));
        }
    }

    @Test
    void onlyHelloOpensAStream() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream silent = agent.connectSilently();

            silent.say(movement("shop", "moved"));

            assertThat(silent.end(20).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(Fleet.texts("SELECT state FROM movement WHERE cluster_id = ?", cluster.cluster()))
                    .isEmpty();
        }
    }

    private static Manifest large() {
        byte[] noise = new byte[700 * 1024];
        new Random(1).nextBytes(noise); // incompressible: more than two chunks
        return Manifest.of(Map.of(
                "apiVersion",
                "v1",
                "kind",
                "ConfigMap",
                "metadata",
                Map.of("name", "large", "namespace", "istio-system"),
                "data",
                Map.of("noise", Base64.getEncoder().encodeToString(noise))));
    }

    private static void tombstone(AgentIdentity cluster, long version) {
        Fleet.update("""
                INSERT INTO tombstone (tenant_id, cluster_id, object, object_key, since_version)
                VALUES (?, ?, '{"group":"","version":"v1","kind":"Secret","namespace":"a","name":"b"}', 'k', ?)
                """, cluster.tenant().value(), cluster.cluster(), version);
    }

    private static Desired awaitVersion(TestStream stream, long version) throws InterruptedException {
        Desired desired;
        do {
            desired = stream.await(KindCase.DESIRED).getDesired();
        } while (desired.getVersion() < version);
        return desired;
    }

    private static byte[] fetch(TestStream stream, String digest) throws InterruptedException {
        stream.say(AgentMessage.newBuilder()
                .setBodiesWanted(
                        BodiesWanted.newBuilder().addDigests("sha256:foreign").addDigests(digest))
                .build());
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        BodyChunk chunk;
        do {
            chunk = stream.await(KindCase.BODY_CHUNK).getBodyChunk();
            assertThat(chunk.getDigest()).isEqualTo(digest);
            assertThat(chunk.getOffset()).isEqualTo(body.size());
            assertThat(chunk.getData().size()).isLessThanOrEqualTo(256 * 1024);
            body.writeBytes(chunk.getData().toByteArray());
        } while (!chunk.getLast());
        return body.toByteArray();
    }

    private static AgentMessage applied(Desired desired, boolean complete, Layer... layers) {
        List<LayerAck> acks = Arrays.stream(layers)
                .map(layer -> LayerAck.newBuilder()
                        .setName(layer.name())
                        .setDigest(layer.digest())
                        .build())
                .toList();
        return AgentMessage.newBuilder()
                .setApplied(Applied.newBuilder()
                        .setVersion(desired.getVersion())
                        .setRegistrationEpoch(desired.getRegistrationEpoch())
                        .setNonce(desired.getNonce())
                        .addAllLayers(acks)
                        .setComplete(complete))
                .build();
    }

    private static AgentMessage rejected(Desired desired, Reason... reasons) {
        return AgentMessage.newBuilder()
                .setRejected(Rejected.newBuilder()
                        .setVersion(desired.getVersion())
                        .setRegistrationEpoch(desired.getRegistrationEpoch())
                        .setNonce(desired.getNonce())
                        .addAllReasons(List.of(reasons)))
                .build();
    }

    private static Reason reason(String layer, String code, String kind, String name, String message) {
        String group = kind.equals("PeerAuthentication") ? "security.istio.io" : "apps";
        return Reason.newBuilder()
                .setLayer(layer)
                .setCode(code)
                .setObject(ObjectRef.newBuilder()
                        .setGroup(group)
                        .setVersion("v1")
                        .setKind(kind)
                        .setNamespace("shop")
                        .setName(name))
                .setMessage(message)
                .build();
    }

    private static AgentMessage ran(UUID probe, String phase, String verdict) {
        return AgentMessage.newBuilder()
                .setProbeResult(ProbeResult.newBuilder()
                        .setProbeId(probe.toString())
                        .setProbeDigest("sha256:probe")
                        .setPhase(phase)
                        .setVerdict(verdict)
                        .setObserved("connection refused"))
                .build();
    }

    /** Passed after the policy applied, as an agent reports it that notes generations. */
    private static AgentMessage ranAt(UUID probe, long generation, long oppositeGeneration) {
        AgentMessage message = ran(probe, "after", "passed");
        return message.toBuilder()
                .setProbeResult(message.getProbeResult().toBuilder()
                        .setPolicyGeneration(generation)
                        .setOppositeGeneration(oppositeGeneration))
                .build();
    }

    private static AgentMessage movement(String namespace, String state) {
        return AgentMessage.newBuilder()
                .setMovement(Movement.newBuilder()
                        .setNamespace(namespace)
                        .setRevision("1-26-0")
                        .setPlacementDigest("sha256:p")
                        .setState(state)
                        .setFirstRestartTime(
                                Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond()))
                        .putLabelsBefore("istio-injection", "enabled"))
                .build();
    }

    private static void awaitMovement(AgentIdentity cluster, String state) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                Fleet.texts("SELECT state FROM movement WHERE cluster_id = ?", cluster.cluster()))
                        .containsExactly(state));
    }

    private static String link(AgentIdentity cluster, String expression) {
        return Fleet.text("SELECT (" + expression + ")::text FROM agent_link WHERE cluster_id = ?", cluster.cluster());
    }
}
