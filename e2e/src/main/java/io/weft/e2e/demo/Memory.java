package io.weft.e2e.demo;

import io.weft.e2e.launch.Failure;
import io.weft.e2e.launch.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Resident set sizes as the kernel states them. */
final class Memory {
    private static final Pattern RSS = Pattern.compile("^VmRSS:\\s+(\\d+) kB", Pattern.MULTILINE);

    private Memory() {}

    static Report.MemoryMiB measure(Stack stack, Cluster cluster) {
        return new Report.MemoryMiB(
                hub(stack, "api-service"),
                hub(stack, "fleet-manager"),
                hub(stack, "upgrade-orchestrator"),
                agent(cluster));
    }

    private static long hub(Stack stack, String part) {
        return stack.pid(part)
                .map(Memory::mebibytes)
                .orElseThrow(() -> new Failure("demo", part + " does not run any more", "./weft logs " + part));
    }

    static long agent(Cluster cluster) {
        return cluster.agentProcesses().stream().mapToLong(Memory::mebibytes).sum();
    }

    private static long mebibytes(long pid) {
        Matcher rss = RSS.matcher(read(pid, "status"));
        return rss.find() ? Math.round(Long.parseLong(rss.group(1)) / 1024.0) : 0;
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException ended) {
            return "";
        }
    }
}
