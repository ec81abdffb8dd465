package io.weft.agent.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.agent.FakeApi;
import io.weft.agent.kube.KubeRefusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentitiesTest {
    @TempDir
    private Path folder;

    private FakeApi cluster;
    private FakeHub hub;
    private Path token;

    @BeforeEach
    void start() throws IOException {
        cluster = new FakeApi();
        hub = new FakeHub();
        token = Files.writeString(folder.resolve("token"), FakeHub.TOKEN);
    }

    @AfterEach
    void stop() {
        hub.close();
        cluster.close();
    }

    @Test
    void anEnrolmentOutlivesASecretThatCannotBeWritten() {
        Identities identities = identities();
        cluster.refuse(503, request -> request.method().equals("PATCH"));
        Identity enrolled = identities.current(false);
        assertThat(identities.current(false)).isEqualTo(enrolled);
        assertThat(hub.enrolments).hasValue(1);

        cluster.serveAll();
        identities.saveIfNeeded();
        assertThat(identities().current(false).leaf()).isEqualTo(enrolled.leaf());
        assertThat(hub.enrolments).hasValue(1);
    }

    @Test
    void theStreamMayReturnWhileTheApiServerIsAway() {
        Identities identities = identities();
        Identity enrolled = identities.current(false);
        cluster.refuse(503, _ -> true);
        assertThat(identities.current(false).leaf()).isEqualTo(enrolled.leaf());
    }

    @Test
    void anApiServerThatIsAwayIsNotTakenForNoIdentity() {
        identities().current(false);
        cluster.refuse(503, _ -> true);
        Identities restarted = identities();
        assertThatThrownBy(() -> restarted.current(false)).isInstanceOf(KubeRefusal.class);
        assertThat(hub.enrolments).hasValue(1);
    }

    private Identities identities() {
        Enroller enroller =
                new Enroller(new Gateway(hub.url(), new PinnedTrust(hub.ca.pin())), "clu_test", "uid", token);
        return new Identities(
                new IdentityStore(cluster.api, "weft-system"), enroller, "clu_test", InstantSource.system());
    }
}
