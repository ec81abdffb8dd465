package io.weft.e2e.launch;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which process a part is. Pids are used again, so the kernel's start time belongs to the identity.
 *
 * @param startTicks field 22 of {@code /proc/<pid>/stat}: clock ticks since the machine started
 * @param startTime RFC 3339, for people
 * @param fingerprint of command and programs; another one means that the process is outdated
 */
record RunFile(String name, long pid, long startTicks, String startTime, String fingerprint, List<String> listens) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int START_TICKS_AFTER_NAME = 19;

    boolean alive() {
        return startTicks(pid).filter(ticks -> ticks == startTicks).isPresent();
    }

    void write(Path folder) {
        try {
            Files.createDirectories(folder);
            Path draft = folder.resolve(name + ".json.new");
            Files.write(draft, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
            Files.move(draft, file(folder, name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("run file of " + name, e);
        }
    }

    /** Empty when there is none, or one that a crash left unreadable. */
    static Optional<RunFile> read(Path folder, String name) {
        try {
            return Optional.of(JSON.readValue(file(folder, name).toFile(), RunFile.class));
        } catch (IOException missing) {
            return Optional.empty();
        }
    }

    static List<RunFile> all(Path folder) {
        List<RunFile> found = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .forEach(name -> read(folder, name.substring(0, name.length() - ".json".length()))
                            .ifPresent(found::add));
        } catch (IOException e) {
            throw new UncheckedIOException("run files in " + folder, e);
        }
        return found;
    }

    static void remove(Path folder, String name) {
        try {
            Files.deleteIfExists(file(folder, name));
        } catch (IOException e) {
            throw new UncheckedIOException("run file of " + name, e);
        }
    }

    /** Empty when there is no such process. */
    static Optional<Long> startTicks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The name stands in brackets and may hold blanks and brackets itself.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return fields[0].equals("Z")
                    ? Optional.empty()
                    : Optional.of(Long.parseLong(fields[START_TICKS_AFTER_NAME]));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private static Path file(Path folder, String name) {
        return folder.resolve(name + ".json");
    }
}
