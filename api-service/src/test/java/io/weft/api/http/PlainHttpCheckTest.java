package io.weft.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainHttpCheckTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "127.8.8.8"})
    void loopbackNeedsNoTls(String host) {
        assertThat(new PlainHttpCheck(host, "enabled", false).dangers()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.1.2.3", "192.0.2.7"})
    void elsewhereAnswersWithoutTlsAreRefused(String host) {
        assertThat(new PlainHttpCheck(host, "enabled", false).dangers())
                .singleElement()
                .asString()
                .startsWith("quarkus.http.host is " + host)
                .contains("weft.http.tls-in-front=true");
    }

    @Test
    void tlsHereOrInFrontMakesItSafe() {
        assertThat(new PlainHttpCheck("0.0.0.0", "enabled", true).dangers()).isEmpty();
        assertThat(new PlainHttpCheck("0.0.0.0", "disabled", false).dangers()).isEmpty();
        assertThat(new PlainHttpCheck("0.0.0.0", "redirect", false).dangers())
                .as("a redirect comes after the key was sent in the open")
                .hasSize(1);
    }
}
