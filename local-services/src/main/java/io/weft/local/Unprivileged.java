package io.weft.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a child is started: never as root (PostgreSQL refuses it, Kafka has no use for it), and so that the kernel ends it
 * with the process that started it, even when that one is killed.
 */
final class Unprivileged {
    private static final String USER = "nobody";

    private final boolean root;

    Unprivileged() {
        root = "root".equals(System.getProperty("user.name"));
    }

    /**
     * The command as the unprivileged user.
     *
     * @param signalOnDeath name of the signal that the child gets when its parent thread ends, for example {@code INT}
     */
    List<String> command(String signalOnDeath, List<String> command) throws IOException {
        List<String> whole = new ArrayList<>(List.of("setpriv", "--pdeathsig", signalOnDeath));
        if (root) {
            Account account = account();
            whole.addAll(List.of("--reuid", account.uid(), "--regid", account.gid(), "--clear-groups"));
        }
        whole.addAll(command);
        return whole;
    }

    /** Makes a folder (and what is in it) the unprivileged user's. */
    void own(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (!root) {
            return;
        }
        requireReachable(folder);
        var lookup = folder.getFileSystem().getUserPrincipalLookupService();
        var user = lookup.lookupPrincipalByName(USER);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Files.setOwner(file, user);
            }
        }
    }

    boolean canReach(Path path) throws IOException {
        return !root || unreachable(path) == null;
    }

    private static void requireReachable(Path folder) throws IOException {
        Path closed = unreachable(folder.toAbsolutePath().resolve("..").normalize());
        if (closed != null) {
            throw new IOException("User " + USER + " cannot enter " + closed + ", which lies above " + folder
                    + ": put the state elsewhere, or allow others to enter that folder (chmod o+x)");
        }
    }

    private static @Nullable Path unreachable(Path path) throws IOException {
        for (Path part = path.toAbsolutePath(); part != null; part = part.getParent()) {
            if (Files.isDirectory(part)
                    && !Files.getPosixFilePermissions(part).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return part;
            }
        }
        return null;
    }

    private static Account account() throws IOException {
        for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
            String[] fields = line.split(":", -1);
            if (fields.length > 3 && fields[0].equals(USER)) {
                return new Account(fields[2], fields[3]);
            }
        }
        throw new IOException("There is no user " + USER + " in /etc/passwd to run PostgreSQL and Kafka as");
    }

    private record Account(String uid, String gid) {}
}
