package io.weft.kit.readiness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Judges files of secret random bytes. */
public final class KeyFiles {
    /** Every key file of Weft holds so many. */
    public static final int BYTES = 32;

    /** Of 32 random bytes fewer than this differ once in about 10^15 files. */
    private static final int LEAST_DIFFERENT = 16;

    private static final String ADVICE = ": fill it once from a random source (head -c 32 /dev/urandom) and keep it";

    private KeyFiles() {}

    /**
     * One sentence per danger.
     *
     * @param setting that names the file
     * @param loss what is lost without it, the end of a sentence
     */
    public static List<String> dangers(String setting, Path file, String loss) {
        String name = setting + " " + file;
        List<String> dangers = new ArrayList<>();
        try {
            long size = Files.size(file);
            if (size != BYTES) {
                dangers.add(name + " holds " + size + " bytes instead of " + BYTES + ADVICE);
            } else if (different(Files.readAllBytes(file)) < LEAST_DIFFERENT) {
                dangers.add(name + " holds bytes that are not random, which anybody may guess" + ADVICE);
            }
            if (openToOthers(file)) {
                dangers.add(name + " is open to every user of the machine: chmod 0600");
            }
        } catch (IOException e) {
            dangers.add(name + " cannot be read (" + e.getClass().getSimpleName() + "): without it " + loss + ADVICE);
        }
        return List.copyOf(dangers);
    }

    private static int different(byte[] bytes) {
        Set<Byte> seen = new HashSet<>();
        for (byte each : bytes) {
            seen.add(each);
        }
        return seen.size();
    }

    private static boolean openToOthers(Path file) throws IOException {
        try {
            Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
            return rights.contains(PosixFilePermission.OTHERS_READ)
                    || rights.contains(PosixFilePermission.OTHERS_WRITE);
        } catch (UnsupportedOperationException _) {
            return false; // a file system without such rights
        }
    }
}
