package io.weft.agentimage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** glibc of this machine: what a Java runtime needs to start, to resolve names and nothing more. */
final class SystemLibraries {
    private static final List<String> FOLDERS = List.of("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64");
    private static final String LOADER = "/lib64/ld-linux-x86-64.so.2";
    private static final List<String> NEEDED = List.of(
            "libc.so.6",
            "libm.so.6",
            "libdl.so.2",
            "libpthread.so.0",
            "librt.so.1",
            "libresolv.so.2",
            "libnss_files.so.2",
            "libnss_dns.so.2");

    private SystemLibraries() {}

    /** Real files by their path in the image. Throws IOException naming what is missing. */
    static Map<String, Path> find() throws IOException {
        Map<String, Path> found = new TreeMap<>();
        found.put(LOADER, Path.of(LOADER).toRealPath());
        for (String library : NEEDED) {
            Path file = locate(library)
                    .orElseThrow(
                            () -> new IOException("no " + library + " in " + FOLDERS + ": this needs glibc on x86-64"));
            found.put("/lib/x86_64-linux-gnu/" + library, file);
        }
        return found;
    }

    private static Optional<Path> locate(String library) throws IOException {
        for (String folder : FOLDERS) {
            Path file = Path.of(folder, library);
            if (Files.exists(file)) {
                return Optional.of(file.toRealPath());
            }
        }
        return Optional.empty();
    }
}
