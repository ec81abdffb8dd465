package io.weft.model.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerTest {
    private static final Manifest ONE = Manifest.of(
            Map.of("apiVersion", "apps/v1", "kind", "Deployment", "metadata", Map.of("name", "a", "namespace", "n")));
    private static final Check AVAILABLE = new Check("available", ONE.key(), Map.of(), 60);

    @Test
    void theDocumentIsWhatTheProtocolSays() {
        Layer layer = Layer.of("policy", List.of(new PhasePlan("first", List.of(ONE), List.of(AVAILABLE))));
        String body = layer.bodies().firstKey();

        assertThat(CanonicalJson.write(layer.document().toMap()))
                .isEqualTo("{\"phases\":[{\"bodies\":[{\"digest\":\"" + body
                        + "\",\"object\":{\"group\":\"apps\",\"kind\":\"Deployment\",\"name\":\"a\",\"namespace\":\"n\",\"version\":\"v1\"},"
                        + "\"rawBytes\":84}],\"checks\":[{\"object\":{\"group\":\"apps\",\"kind\":\"Deployment\",\"name\":\"a\","
                        + "\"namespace\":\"n\",\"version\":\"v1\"},\"parameters\":{},\"timeoutSeconds\":60,\"type\":\"available\"}],"
                        + "\"name\":\"first\"}]}");
    }

    @Test
    void aStoredDocumentIsReadBackWithTheSameDigest() {
        LayerDocument document = Layer.of("x", List.of(new PhasePlan("p", List.of(ONE), List.of(AVAILABLE))))
                .document();

        assertThat(LayerDocument.fromMap(document.toMap()).digest()).isEqualTo(document.digest());
    }

    @Test
    void anObjectOverOneMebibyteIsRefusedByName() {
        Manifest big = Manifest.document("Probe", "big", Map.of("text", "x".repeat(Layer.MAX_BODY_BYTES)));

        assertThatThrownBy(() -> Layer.of("probes", List.of(PhasePlan.of("p", List.of(big)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weft.io/Probe//big");
    }
}
