package io.weft.model.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.model.manifest.CanonicalJson;
import io.weft.model.release.ReleaseBundle.Read;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class ReleaseBundleTest {
    private static final byte[] CHART = Archives.tgz(Map.of("base/Chart.yaml", text("name: base")));

    @Test
    void aGoodBundleIsRead() {
        Read read = read(bundle(CHART, CHART));

        assertThat(read).isInstanceOfSatisfying(Read.Valid.class, valid -> {
            assertThat(valid.bundle().charts()).containsOnlyKeys("base");
            assertThat(valid.bundle().description().version()).isEqualTo("1.27.0");
            assertThat(valid.bundle().description().images().getFirst().name()).isEqualTo("pilot");
        });
    }

    @Test
    void aChartOfAnotherDigestIsRefused() {
        byte[] other = Archives.tgz(Map.of("base/Chart.yaml", text("name: evil")));

        assertThat(code(bundle(CHART, other))).isEqualTo("DIGEST_MISMATCH");
    }

    @Test
    void namesThatLeaveTheArchiveAreRefused() {
        for (String name : List.of("../release.json", "/etc/passwd", "charts/../../x", "a\\b")) {
            assertThat(code(Archives.tgz(Map.of(name, text("x"))))).as(name).isEqualTo("BAD_ARCHIVE");
        }
    }

    @Test
    void linksAreRefused() {
        assertThat(code(Archives.gzip(Archives.entry("release.json", '2', new byte[0]))))
                .isEqualTo("BAD_ARCHIVE");
    }

    @Test
    void aSmallArchiveThatUnpacksToAHugeOneIsRefused() {
        byte[] bomb = Archives.tgz(Map.of("release.json", new byte[60 * 1024 * 1024]));

        assertThat(bomb).hasSizeLessThan(100 * 1024);
        assertThat(code(bomb)).isEqualTo("BAD_ARCHIVE");
    }

    @Test
    void aBundleOverTheLimitIsNotEvenUnpacked() {
        assertThat(code(new byte[ReleaseBundle.MAX_BUNDLE_BYTES + 1])).isEqualTo("TOO_LARGE");
    }

    @Test
    void cutAndRandomBytesAreRefusedAndNeverThrow() {
        byte[] good = bundle(CHART, CHART);
        Random random = new Random(7);
        for (int i = 0; i < 500; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
            assertThat(read(bad)).isNotNull();
            assertThat(read(Arrays.copyOf(good, random.nextInt(good.length)))).isInstanceOf(Read.Refused.class);
        }
    }

    @Test
    void everyFaultOfTheDescriptionIsNamed() {
        byte[] bundle = Archives.tgz(Map.of(
                "release.json",
                text(CanonicalJson.write(Map.of("family", "nginx", "version", "one", "charts", List.of(), "x", 1)))));

        assertThat(read(bundle))
                .isInstanceOfSatisfying(
                        Read.Refused.class,
                        refused -> assertThat(refused.reason())
                                .contains("family", "version", "kubernetes", "modes", "charts", "x:"));
    }

    @Test
    void aFileThatNobodyNamesIsRefused() {
        assertThat(code(Archives.tgz(Map.of(
                        "release.json", text(description(CHART)), "charts/base.tgz", CHART, "charts/more.tgz", CHART))))
                .isEqualTo("UNKNOWN_FILE");
    }

    private static byte[] bundle(byte[] described, byte[] packed) {
        return Archives.tgz(Map.of("release.json", text(description(described)), "charts/base.tgz", packed));
    }

    private static String description(byte[] chart) {
        return CanonicalJson.write(Map.of(
                "family", "istio",
                "version", "1.27.0",
                "modes", List.of("sidecar"),
                "kubernetes", Map.of("min", "1.29", "max", "1.33"),
                "upgradesFrom", List.of("1.26"),
                "charts",
                        List.of(Map.of(
                                "name", "base",
                                "file", "charts/base.tgz",
                                "sha256", CanonicalJson.digestOf(chart).substring("sha256:".length()))),
                "images", List.of(Map.of("name", "pilot", "reference", "docker.io/istio/pilot:1.27.0"))));
    }

    private static String code(byte[] bundle) {
        return read(bundle) instanceof Read.Refused refused ? refused.code() : "VALID";
    }

    private static Read read(byte[] bundle) {
        return ReleaseBundle.read(bundle, bytes -> new Yaml().load(new String(bytes, StandardCharsets.UTF_8)));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
