package io.weft.e2e;

import io.weft.e2e.launch.Command;
import io.weft.e2e.launch.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a cluster could leave on this machine: mounts, interfaces, network namespaces, packet filter rules, control groups,
 * and what {@code weft-cluster leftovers} finds. Two of these are compared.
 */
record Machine(TreeSet<String> traces) {
    private static final List<List<String>> LISTINGS = List.of(
            List.of("ip", "-brief", "link"),
            List.of("ip", "netns", "list"),
            List.of("iptables-save", "-t", "nat"),
            List.of("iptables-save", "-t", "filter"));

    static Machine now(Layout layout) {
        TreeSet<String> traces = new TreeSet<>();
        addLines(traces, List.of(layout.program("weft-cluster").toString(), "leftovers"));
        LISTINGS.forEach(listing -> addLines(traces, listing));
        try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mounts"))) {
            mounts.forEach(line -> traces.add("mount " + line.split(" ")[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Machine(traces);
    }

    /** What is here and was not there. */
    TreeSet<String> since(Machine before) {
        TreeSet<String> added = new TreeSet<>(traces);
        added.removeAll(before.traces);
        return added;
    }

    private static void addLines(TreeSet<String> traces, List<String> command) {
        Command.run(command, Path.of("/"), Map.of(), "", Duration.ofSeconds(20))
                .output()
                .lines()
                .filter(line ->
                        !line.isBlank() && !line.startsWith("#") && !line.startsWith(":")) // comments and packet counts
                .forEach(line -> traces.add(command.getFirst() + " " + line.strip()));
    }
}
