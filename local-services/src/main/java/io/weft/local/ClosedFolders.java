package io.weft.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Ways for the unprivileged user through folders that others may not enter, such as the home of root in which a checkout
 * often lies. The child sees them in a mount namespace of its own: in place of the closed folder an empty one, in which
 * only what the child needs stands, under its usual path. Nothing changes for anybody else, and nothing is left behind.
 */
final class ClosedFolders {
    /** Arguments: closed folder, paths below it, {@code --}, command. A bind by descriptor reaches below the new mount. */
    private static final String SHOW_ONLY = """
            set -e
            closed=$1
            exec 3<"$closed"
            mount -t tmpfs -o mode=755,size=1m weft "$closed"
            shift
            while [ "$1" != -- ]; do
                mkdir -p "$1"
                mount --no-canonicalize --rbind "/proc/self/fd/3${1#"$closed"}" "$1"
                shift
            done
            exec 3<&-
            shift
            exec "$@"
            """;

    private ClosedFolders() {}

    /** The command, started so that {@code needed} folders can be reached where they are behind a closed one. */
    static List<String> openFor(List<Path> needed, List<String> command) throws IOException {
        SortedMap<Path, TreeSet<Path>> behind = new TreeMap<>();
        for (Path path : needed) {
            Path folder = path.toAbsolutePath().normalize();
            Optional<Path> closed = outermostClosed(folder);
            if (closed.isPresent()) {
                behind.computeIfAbsent(closed.get(), _ -> new TreeSet<>()).add(folder);
            }
        }
        if (behind.isEmpty()) {
            return command;
        }
        List<String> whole = new ArrayList<>(List.of("unshare", "--mount"));
        behind.forEach((closed, folders) -> {
            whole.addAll(List.of("sh", "-c", SHOW_ONLY, "sh", closed.toString()));
            folders.stream()
                    .filter(folder -> !liesBelowAnother(folder, folders))
                    .forEach(f -> whole.add(f.toString()));
            whole.add("--");
        });
        whole.addAll(command);
        return whole;
    }

    private static boolean liesBelowAnother(Path folder, Set<Path> folders) {
        return folders.stream().anyMatch(other -> !other.equals(folder) && folder.startsWith(other));
    }

    /** Of the folders above a path the first one, from the root on, that others may not enter. */
    private static Optional<Path> outermostClosed(Path path) throws IOException {
        Path at = path.getRoot();
        for (int i = 0; i < path.getNameCount() - 1; i++) {
            at = at.resolve(path.getName(i));
            if (!Files.getPosixFilePermissions(at).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }
}
