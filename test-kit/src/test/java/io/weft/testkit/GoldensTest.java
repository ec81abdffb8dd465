package io.weft.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GoldensTest {
    @TestFactory
    Stream<DynamicTest> equalOutputPasses() {
        return Goldens.under("upper").map(golden -> golden.test(GoldensTest::upper));
    }

    @Test
    void anotherTextAMissingOneAndOneTooManyFail() {
        Goldens.Golden golden = Goldens.under("upper").findFirst().orElseThrow();
        Stream.of(golden.test(inputs -> inputs), golden.test(_ -> new TreeMap<>()), golden.test(inputs -> {
                    SortedMap<String, String> more = upper(inputs);
                    more.put("more.txt", "");
                    return more;
                }))
                .forEach(test ->
                        assertThatThrownBy(() -> test.getExecutable().execute()).isInstanceOf(AssertionError.class));
    }

    @Test
    void aFolderWithoutCasesIsAnError() {
        assertThatThrownBy(() -> Goldens.under("nowhere")).isNotNull();
    }

    private static SortedMap<String, String> upper(SortedMap<String, String> inputs) {
        SortedMap<String, String> outputs = new TreeMap<>();
        inputs.forEach((name, text) -> outputs.put(name, text.toUpperCase(Locale.ROOT)));
        return outputs;
    }
}
