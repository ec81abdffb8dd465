import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Counts tests over all runners: {@code java Tally.java STAMP GO_RESULTS ROOT [RUNNER...]}. STAMP is a file made before
 * the run (older XML reports do not count), GO_RESULTS a folder of {@code go test -json} outputs. Each RUNNER named is
 * one that ended with an error; it counts as a failed test of its own when none of its tests did, so that a suite that
 * did not even compile is never a success. Run from its source: it must work where nothing could be built.
 */
final class Tally {
    private static final Pattern GO_RESULT = Pattern.compile("\"Action\":\"(pass|fail|skip)\".*\"Test\":\"");

    private final TreeMap<String, int[]> suites = new TreeMap<>();

    public static void main(String[] arguments) throws Exception {
        Tally tally = new Tally();
        long since = Files.getLastModifiedTime(Path.of(arguments[0])).toMillis();
        tally.goResults(Path.of(arguments[1]));
        tally.reports(Path.of(arguments[2]), since);
        tally.brokenRunners(List.of(arguments).subList(3, arguments.length));
        System.exit(tally.print());
    }

    private void goResults(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                int[] counts = of("go " + file.getFileName().toString().replace(".json", ""));
                for (String line : Files.readAllLines(file)) {
                    var matcher = GO_RESULT.matcher(line);
                    if (matcher.find()) {
                        counts[List.of("pass", "fail", "skip").indexOf(matcher.group(1))]++;
                    }
                }
            }
        }
    }

    private void reports(Path root, long since) throws Exception {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path module : modules.toList()) {
                for (String kind : List.of("surefire-reports", "failsafe-reports")) {
                    Path folder = module.resolve("target").resolve(kind);
                    if (Files.isDirectory(folder)) {
                        try (Stream<Path> files = Files.list(folder)) {
                            files.filter(f -> f.getFileName().toString().matches("TEST-.*\\.xml")).forEach(found::add);
                        }
                    }
                }
            }
        }
        for (Path file : found) {
            if (Files.getLastModifiedTime(file).toMillis() >= since) {
                report(root, file);
            }
        }
    }

    private void report(Path root, Path file) throws Exception {
        int[] counts = of("java " + root.relativize(file).getName(0));
        try (InputStream in = Files.newInputStream(file)) {
            int[] numbers = numbersOf(in);
            int failed = numbers[1] + numbers[2];
            counts[0] += numbers[0] - failed - numbers[3];
            counts[1] += failed;
            counts[2] += numbers[3];
        } catch (XMLStreamException broken) {
            System.out.println("unreadable report " + file + ": " + broken.getMessage());
            counts[1]++;
        }
    }

    /** Tests, failures, errors, skipped. */
    private static int[] numbersOf(InputStream in) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        XMLStreamReader reader = factory.createXMLStreamReader(in, UTF_8.name());
        while (reader.hasNext()) {
            if (reader.next() == XMLStreamConstants.START_ELEMENT && reader.getLocalName().equals("testsuite")) {
                return Stream.of("tests", "failures", "errors", "skipped")
                        .mapToInt(name -> Integer.parseInt(reader.getAttributeValue(null, name)))
                        .toArray();
            }
        }
        throw new XMLStreamException("no element testsuite");
    }

    private void brokenRunners(List<String> runners) {
        for (String runner : runners) {
            boolean counted = suites.entrySet().stream()
                    .anyMatch(suite -> suite.getKey().startsWith(runner) && suite.getValue()[1] > 0);
            if (!counted) {
                of(runner + " (did not run to its end)")[1]++;
            }
        }
    }

    private int[] of(String suite) {
        return suites.computeIfAbsent(suite, name -> new int[3]);
    }

    private int print() {
        int[] sum = new int[3];
        suites.forEach((name, counts) -> {
            System.out.printf("  %-40s %5d passed, %d failed%s%n", name, counts[0], counts[1],
                    counts[2] == 0 ? "" : ", " + counts[2] + " skipped");
            for (int i = 0; i < sum.length; i++) {
                sum[i] += counts[i];
            }
        });
        System.out.printf("%d passed, %d failed%n", sum[0], sum[1]);
        return sum[1] == 0 && sum[0] > 0 ? 0 : 1;
    }
}
