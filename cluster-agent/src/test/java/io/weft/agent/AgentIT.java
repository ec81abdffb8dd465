package io.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.agent.kube.KubeApi;
import io.weft.agent.plan.ObjectKey;
import io.weft.protocol.v1.AgentMessage.KindCase;
import io.weft.protocol.v1.Desired;
import io.weft.protocol.v1.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AgentIT extends AgentOnCluster {
    @Test
    void objectsAreAppliedLabelledAndAcknowledged() {
        hub.desire(state().object("policy", configMap("rules", "a")).build(1));
        awaitComplete(1);
        assertThat(value("rules")).isEqualTo("a");
        assertThat(cluster.text(path("rules"), "/metadata/labels/app.kubernetes.io~1managed-by"))
                .isEqualTo("weft");
        assertThat(cluster.text(path("rules"), "/metadata/managedFields/0/manager"))
                .isEqualTo("weft");
    }

    @Test
    void whatIsDeletedOrChangedByHandComesBackWithinSecondsAndForeignFieldsStay() {
        hub.desire(state().object("policy", configMap("rules", "a")).build(1));
        awaitComplete(1);

        cluster.api.delete(path("rules"), "{}");
        await().atMost(SOON).untilAsserted(() -> assertThat(value("rules")).isEqualTo("a"));

        cluster.edit(path("rules"), "{\"data\":{\"value\":\"changed\",\"foreign\":\"kept\"}}");
        await().atMost(SOON).untilAsserted(() -> assertThat(value("rules")).isEqualTo("a"));
        assertThat(cluster.text(path("rules"), "/data/foreign")).isEqualTo("kept");
    }

    @Test
    void onlyATombstoneRemovesAndOnlyWhatCarriesWeftsLabel() {
        cluster.api.post("/api/v1/namespaces/" + shop + "/configmaps", "{\"metadata\":{\"name\":\"foreign\"}}");
        hub.desire(state().object("policy", configMap("one", "a"))
                .object("policy", configMap("two", "a"))
                .build(1));
        awaitComplete(1);
        hub.desire(state().object("policy", configMap("two", "a")).build(2));
        awaitComplete(2);
        assertThat(value("one")).isEqualTo("a");

        hub.desire(state().object("policy", configMap("two", "a"))
                .tombstone(key("ConfigMap", "one"))
                .tombstone(key("ConfigMap", "foreign"))
                .tombstone(new ObjectKey("", "v1", "Namespace", "", shop))
                .build(3));
        awaitComplete(3);
        assertThat(cluster.api.get(path("one"))).isEmpty();
        assertThat(cluster.api.get(path("foreign"))).isPresent();
        assertThat(cluster.text("/api/v1/namespaces/" + shop, "/metadata/deletionTimestamp"))
                .isEmpty();
        awaitReason("TombstoneHeld");
    }

    @Test
    void aFieldOfAnotherApplierIsAConflictThatNamesItAndTheRestIsApplied() {
        cluster.api.patch(path("rules") + "?fieldManager=helm", KubeApi.APPLY, configMap("rules", "of helm"));
        hub.desire(state().object("policy", configMap("rules", "a"))
                .object("policy", configMap("other", "a"))
                .build(1));
        Reason reason = awaitReason("Conflict");
        assertThat(reason.getMessage()).contains("helm");
        assertThat(reason.getObject().getName()).isEqualTo("rules");
        assertThat(value("rules")).isEqualTo("of helm");
        await().atMost(SOON).untilAsserted(() -> assertThat(value("other")).isEqualTo("a"));
    }

    @Test
    void aRestartedAgentRestoresDriftWithTheHubGone() throws IOException {
        hub.desire(state().object("policy", configMap("rules", "a")).build(4));
        awaitComplete(4);
        String gone = hub.url();
        agent.close();
        hub.close();
        cluster.api.delete(path("rules"), "{}");
        agent = AgentUnderTest.start(cluster, system, gone, hub.ca.pin());
        await().atMost(SOON).untilAsserted(() -> assertThat(value("rules")).isEqualTo("a"));
    }

    @Test
    void anOlderVersionIsRefused() {
        hub.desire(state().object("policy", configMap("rules", "new")).build(7));
        awaitComplete(7);
        hub.desire(state().object("policy", configMap("rules", "old")).build(6));
        awaitReason("OlderVersion");
        assertThat(value("rules")).isEqualTo("new");
    }

    @Test
    void bodiesThatDidNotComeInlineAreAskedForByDigest() {
        String json = configMap("rules", "a");
        Desired whole = state().object("policy", json).build(1);
        Desired.Builder stripped = whole.toBuilder();
        stripped.getLayersBuilder(0).getPhasesBuilder(0).getBodiesBuilder(0).clearGzipInline();
        await().atMost(SOON).until(() -> hub.messages(KindCase.HELLO).findAny().isPresent());
        hub.desire(stripped.build());
        String digest = DesiredBuilder.digest(json.getBytes(StandardCharsets.UTF_8));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(hub.messages(KindCase.BODIES_WANTED)
                                .flatMap(message -> message.getBodiesWanted().getDigestsList().stream()))
                        .contains(digest));
        byte[] gzip = DesiredBuilder.gzip(json.getBytes(StandardCharsets.UTF_8));
        int half = gzip.length / 2;
        chunk(digest, 0, gzip, half, false);
        chunk(digest, half, gzip, gzip.length, true);
        awaitComplete(1);
    }

    @Test
    void aCheckThatIsNotMetSaysWhatIsSeenAndHoldsOnlyItsOwnLayer() {
        ObjectKey web = new ObjectKey("apps", "v1", "Deployment", shop, "web");
        hub.desire(state().object("controlPlane[x]", deployment("web", "weft.local/absent:0"))
                .check("controlPlane[x]", check("available", web, 2))
                .object("policy", configMap("rules", "a"))
                .build(1));
        await().atMost(SOON).untilAsserted(() -> assertThat(value("rules")).isEqualTo("a"));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(reasons())
                        .anySatisfy(reason -> assertThat(reason.getMessage())
                                .contains("0 of 1 replicas available")
                                .containsPattern("ErrImagePull|ImagePullBackOff")));
    }

    @Test
    void theCertificateIsRenewedWithANewKeyAndTheStreamComesBack() throws IOException {
        await().atMost(SOON).until(() -> hub.messages(KindCase.HELLO).findAny().isPresent());
        agent.close();
        hub.certificateLife = Duration.ofSeconds(12);
        String other = cluster.namespace("other");
        hub.messages.clear();
        agent = AgentUnderTest.start(cluster, other, hub.url(), hub.ca.pin());
        await().atMost(SOON).untilAsserted(() -> assertThat(hub.renewals).hasPositiveValue());
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(hub.messages(KindCase.HELLO).count()).isGreaterThanOrEqualTo(2));
        assertThat(hub.enrolments).hasValue(2); // one for each agent of this test
        agent.close();
        hub.certificateLife = Duration.ofHours(24);
        await().pollDelay(Duration.ofSeconds(13)).atMost(Duration.ofSeconds(20)).until(() -> true);
        agent = AgentUnderTest.start(cluster, other, hub.url(), hub.ca.pin());
        await().atMost(SOON).untilAsserted(() -> assertThat(hub.expiredRenewals).hasPositiveValue());
    }
}
