package io.weft.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the repository lies: property {@code weft.root}, which the build sets, or found upwards from here. */
public final class Checkout {
    private Checkout() {}

    public static Path root() {
        return Optional.ofNullable(System.getProperty("weft.root"))
                .map(Path::of)
                .orElseGet(Checkout::search);
    }

    private static Path search() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("db/migrations"))) {
                System.setProperty("weft.root", folder.toString()); // local-services reads it too
                return folder;
            }
        }
        throw new IllegalStateException("No folder above " + Path.of("").toAbsolutePath() + " has db/migrations");
    }
}
