package io.weft.model.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CanonicalJsonTest {

    @Test
    void keysAreSortedAndNothingIsBetween() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", List.of(1, 2.50, true));
        map.put("a", Arrays.asList("x", null));
        map.put("", Map.of());

        assertThat(CanonicalJson.write(map)).isEqualTo("{\"\":{},\"a\":[\"x\",null],\"b\":[1,2.5,true]}");
    }

    @Test
    void numbersThatAreEqualAreWrittenEqually() {
        assertThat(CanonicalJson.write(List.of(1, 1L, 1.0, 1e3, -0.0, 1e-7))).isEqualTo("[1,1,1,1000,0,0.0000001]");
    }

    @Test
    void everyControlCharacterIsEscaped() {
        assertThat(CanonicalJson.write("\"\\\n\t\r\u0001é\u2028")).isEqualTo("\"\\\"\\\\\\n\\t\\r\\u0001é\u2028\"");
    }

    @Test
    void whatJsonCannotSayIsRefused() {
        assertThatThrownBy(() -> CanonicalJson.write(Double.NaN)).isInstanceOf(NumberFormatException.class);
        assertThatThrownBy(() -> CanonicalJson.write(Map.of(1, "x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CanonicalJson.write(new Object())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theDigestIsThatOfTheUtf8Text() {
        assertThat(CanonicalJson.digest("é"))
                .isEqualTo("sha256:" + "f2886017e9c7abacf804b54d64787dce2b611c9544ba21f3affdd126a6e50086");
    }
}
