package io.weft.fleet.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayTest {
    @Test
    void addressesOfBothFamiliesAreRead() {
        assertThat(Gateway.address("127.0.0.1:9443").getPort()).isEqualTo(9443);
        assertThat(Gateway.address("[::1]:443").getAddress().isLoopbackAddress())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "9443", "host:", "host:port", "host:70000"})
    void whatIsNoAddressStopsTheStartAndNamesTheSetting(String listen) {
        assertThatThrownBy(() -> Gateway.address(listen)).hasMessageContaining("weft.gateway.listen");
    }
}
