package io.weft.model.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.model.facts.ClusterFacts;
import io.weft.testkit.Goldens;
import io.weft.testkit.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Golden cases of the compilers; every case is also compiled with its inputs shuffled. */
class MeshCompilerTest {

    @TestFactory
    Stream<DynamicTest> istioSidecar() {
        return Goldens.under("istio").map(golden -> golden.test(MeshCompilerTest::compile));
    }

    private static SortedMap<String, String> compile(SortedMap<String, String> inputs) {
        GoldenCase read = GoldenCase.read(inputs);
        SortedMap<String, String> written =
                GoldenCase.written(MeshCompiler.compile(read.intents(), read.installation(), read.facts()));
        Seeds.first(20)
                .forEach(random -> assertThat(GoldenCase.written(MeshCompiler.compile(
                                shuffled(read.intents(), random.nextLong()),
                                read.installation(),
                                new ClusterFacts(
                                        read.facts().namespaces(),
                                        shuffled(read.facts().services(), random.nextLong()),
                                        shuffled(read.facts().workloads(), random.nextLong())))))
                        .isEqualTo(written));
        noRuleIsEmpty(written.getOrDefault("objects.yaml", ""));
        return written;
    }

    /** An empty rule, source or list would admit everybody. */
    private static void noRuleIsEmpty(String objects) {
        assertThat(objects).doesNotContain("rules: []").doesNotContain("{}\n- ").doesNotContain("principals: []");
    }

    private static <T> List<T> shuffled(List<T> list, long seed) {
        List<T> copy = new ArrayList<>(list);
        Collections.shuffle(copy, new Random(seed));
        return copy;
    }
}
