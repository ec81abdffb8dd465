package io.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Cases as folders below {@code src/test/resources/goldens}: files {@code in-*} go in, files {@code out-*} must come out,
 * no more and no fewer. {@code -Dgoldens=write} rewrites the expected files; read the diff.
 */
public final class Goldens {
    private static final String INPUT = "in-";
    private static final String OUTPUT = "out-";

    private Goldens() {}

    /** Every case folder below a path; a path without any is an error. */
    public static Stream<Golden> under(String path) {
        Path folder = Path.of("src/test/resources/goldens", path);
        try (Stream<Path> found = Files.walk(folder)) {
            var cases = found.filter(Goldens::isCase).sorted().map(Golden::new).toList();
            assertThat(cases).as("cases in %s", folder.toAbsolutePath()).isNotEmpty();
            return cases.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isCase(Path folder) {
        return Files.isDirectory(folder) && !read(folder, INPUT).isEmpty();
    }

    private static SortedMap<String, String> read(Path folder, String prefix) {
        SortedMap<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith(prefix)) {
                    texts.put(name.substring(prefix.length()), Files.readString(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }

    /** One case. */
    public record Golden(Path folder) {
        /**
         * The test of this case.
         *
         * @param compile from inputs to outputs; names are without {@code in-} and {@code out-}
         */
        public DynamicTest test(UnaryOperator<SortedMap<String, String>> compile) {
            return DynamicTest.dynamicTest(folder.getFileName().toString(), folder.toUri(), () -> {
                SortedMap<String, String> actual = compile.apply(read(folder, INPUT));
                if ("write".equals(System.getProperty("goldens"))) {
                    write(actual);
                }
                assertThat(actual).isEqualTo(read(folder, OUTPUT));
            });
        }

        private void write(SortedMap<String, String> actual) throws IOException {
            for (String stale : read(folder, OUTPUT).keySet()) {
                Files.delete(folder.resolve(OUTPUT + stale));
            }
            for (var text : actual.entrySet()) {
                Files.writeString(folder.resolve(OUTPUT + text.getKey()), text.getValue());
            }
        }
    }
}
