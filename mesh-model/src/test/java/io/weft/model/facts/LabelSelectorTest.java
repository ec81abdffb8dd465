package io.weft.model.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSelectorTest {
    private static final Map<String, String> EU = Map.of("region", "eu", "example.com/tier", "dev");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "region=eu",
                "region == eu",
                "region!=us",
                "zone!=a",
                "region in (us, eu)",
                "region notin (us),example.com/tier",
                "!zone",
                "region=eu,example.com/tier=dev"
            })
    void itSelects(String selector) {
        assertThat(LabelSelector.parse(selector).orElseThrow().matches(EU)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"region=us", "region in (us)", "region notin (eu)", "zone", "!region", "region=eu,zone=a"})
    void itDoesNotSelect(String selector) {
        assertThat(LabelSelector.parse(selector).orElseThrow().matches(EU)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "=eu", "region=eu,", "region in eu", "region > 1", "region in (a", "a b"})
    void itIsNoSelector(String selector) {
        assertThat(LabelSelector.parse(selector)).isEmpty();
    }

    @Test
    void aLongTextIsRefusedBeforeItIsParsed() {
        assertThat(LabelSelector.parse("a=b,".repeat(1000) + "a=b")).isEmpty();
    }
}
