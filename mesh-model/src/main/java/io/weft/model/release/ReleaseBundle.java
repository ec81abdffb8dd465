package io.weft.model.release;

import io.weft.model.input.Violation;
import io.weft.model.manifest.CanonicalJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A mesh release as it is uploaded: a gzipped tar of {@code release.json} and the charts it names. Everything is bounded
 * before it is unpacked, and every chart is compared with the digest that {@code release.json} gives.
 *
 * @param charts chart archives by chart name
 */
public record ReleaseBundle(ReleaseDescription description, SortedMap<String, byte[]> charts) {
    public static final int MAX_BUNDLE_BYTES = 16 * 1024 * 1024;
    private static final int MAX_UNPACKED_BYTES = 48 * 1024 * 1024;
    private static final int MAX_ENTRIES = 50;
    private static final int MAX_CHART_ENTRIES = 2000;
    private static final int MAX_DESCRIPTION_BYTES = 64 * 1024;
    private static final String DESCRIPTION = "release.json";

    /** The answer to {@link #read}. */
    public sealed interface Read {
        record Valid(ReleaseBundle bundle) implements Read {}

        /** Not taken: a stable UPPER_SNAKE code and a sentence on what is wrong. */
        record Refused(String code, String reason) implements Read {}
    }

    /** Reads a bundle; {@code json} parses a JSON object and throws any RuntimeException for what is none. */
    public static Read read(byte[] bundle, Function<byte[], Map<String, Object>> json) {
        if (bundle.length > MAX_BUNDLE_BYTES) {
            return new Read.Refused(
                    "TOO_LARGE", "the bundle has " + bundle.length + " bytes, at most " + MAX_BUNDLE_BYTES);
        }
        SortedMap<String, byte[]> files;
        try {
            files = Tar.files(Gzip.unpack(bundle, MAX_UNPACKED_BYTES), MAX_ENTRIES);
        } catch (BadArchive e) {
            return new Read.Refused("BAD_ARCHIVE", "the bundle " + e.getMessage());
        }
        byte[] description = files.get(DESCRIPTION);
        if (description == null || description.length > MAX_DESCRIPTION_BYTES) {
            return new Read.Refused(
                    "NO_DESCRIPTION",
                    "the bundle needs a " + DESCRIPTION + " of at most " + MAX_DESCRIPTION_BYTES + " bytes");
        }
        try {
            return described(json.apply(description), files);
        } catch (RuntimeException _) { // the parser's own words may quote the input
            return new Read.Refused("NOT_JSON", DESCRIPTION + " is no JSON object");
        }
    }

    private static Read described(Map<String, Object> document, SortedMap<String, byte[]> files) {
        List<Violation> violations = new ArrayList<>();
        ReleaseDescription description = ReleaseDescription.read(document, violations);
        if (!violations.isEmpty()) {
            return new Read.Refused(
                    "BAD_DESCRIPTION",
                    violations.stream()
                            .limit(20)
                            .map(violation -> DESCRIPTION + " " + violation.field() + ": " + violation.message())
                            .collect(Collectors.joining("; ")));
        }
        Set<String> unnamed = new HashSet<>(files.keySet());
        unnamed.remove(DESCRIPTION);
        SortedMap<String, byte[]> charts = new TreeMap<>();
        for (ReleaseDescription.Chart chart : description.charts()) {
            byte[] archive = files.getOrDefault(chart.file(), new byte[0]);
            unnamed.remove(chart.file());
            Read.Refused wrong = wrong(chart, archive);
            if (wrong != null || charts.put(chart.name(), archive) != null) {
                return wrong != null ? wrong : new Read.Refused("BAD_DESCRIPTION", chart.name() + " is listed twice");
            }
        }
        return unnamed.isEmpty()
                ? new Read.Valid(new ReleaseBundle(description, charts))
                : new Read.Refused("UNKNOWN_FILE", "the bundle holds files that " + DESCRIPTION + " does not name");
    }

    private static Read.@Nullable Refused wrong(ReleaseDescription.Chart chart, byte[] archive) {
        if (archive.length == 0) {
            return new Read.Refused("CHART_MISSING", "the bundle lacks " + chart.file());
        }
        String wanted = chart.sha256().startsWith("sha256:") ? chart.sha256() : "sha256:" + chart.sha256();
        String found = CanonicalJson.digestOf(archive);
        if (!found.equals(wanted)) {
            return new Read.Refused(
                    "DIGEST_MISMATCH", chart.file() + " has " + found + ", " + DESCRIPTION + " says " + wanted);
        }
        try {
            Tar.files(Gzip.unpack(archive, MAX_UNPACKED_BYTES), MAX_CHART_ENTRIES);
            return null;
        } catch (BadArchive e) {
            return new Read.Refused("BAD_ARCHIVE", chart.file() + " " + e.getMessage());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReleaseBundle bundle
                && description.equals(bundle.description)
                && charts.keySet().equals(bundle.charts.keySet())
                && charts.entrySet().stream()
                        .allMatch(chart -> Arrays.equals(chart.getValue(), bundle.charts.get(chart.getKey())));
    }

    @Override
    public int hashCode() {
        return description.hashCode();
    }
}
