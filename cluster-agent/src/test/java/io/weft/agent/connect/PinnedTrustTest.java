package io.weft.agent.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.weft.protocol.v1.Certificate;
import io.weft.protocol.v1.EnrolRequest;
import io.weft.protocol.v1.EnrolmentGrpc;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PinnedTrustTest {
    @Test
    void aGatewayWhosePinAgreesIsSpokenTo() throws IOException {
        try (FakeHub hub = new FakeHub()) {
            assertThat(enrol(hub, hub.ca.pin()).getChainDerCount()).isEqualTo(1);
        }
    }

    @Test
    void noTokenLeavesTheAgentForAGatewayWithAnotherRoot() throws IOException {
        try (FakeHub hub = new FakeHub()) {
            assertThatThrownBy(() -> enrol(hub, new TestCa().pin()))
                    .isInstanceOf(StatusRuntimeException.class)
                    .rootCause()
                    .hasMessageContaining("chain ends in " + hub.ca.pin());
            assertThat(hub.enrolments).hasValue(0);
        }
    }

    @Test
    void anythingButASha256PinStopsTheStart() {
        for (String pin : new String[] {"", "sha256:", "sha256:abc", "sha1:" + "a".repeat(64), "a".repeat(64)}) {
            assertThatThrownBy(() -> new PinnedTrust(pin))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("gateway.caPin");
        }
    }

    @Test
    void anAddressThatIsNotHttpsStopsTheStart() {
        PinnedTrust trust = new PinnedTrust("sha256:" + "a".repeat(64));
        assertThatThrownBy(() -> new Gateway("http://hub:9443", trust)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Certificate enrol(FakeHub hub, String pin) {
        ManagedChannel channel = new Gateway(hub.url(), new PinnedTrust(pin)).channel(null);
        try {
            return EnrolmentGrpc.newBlockingStub(channel)
                    .enrol(EnrolRequest.newBuilder()
                            .setToken(FakeHub.TOKEN)
                            .setCsrDer(com.google.protobuf.ByteString.copyFrom(Keys.request(Keys.create())))
                            .build());
        } finally {
            channel.shutdownNow();
        }
    }
}
