package io.weft.fleet.signer;

import io.quarkus.arc.Unremovable;
import io.weft.kit.readiness.ReadinessCheck;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/** The file that opens the CA's keys belongs to this service alone. */
@Singleton
@Unremovable
final class KeyFileCheck implements ReadinessCheck {
    private final SignerConfig config;

    KeyFileCheck(SignerConfig config) {
        this.config = config;
    }

    @Override
    public List<String> dangers() {
        return dangers(config.keyFile());
    }

    static List<String> dangers(Path file) {
        try {
            if (Files.size(file) != KeySeal.KEY_BYTES) {
                return List.of("weft.signer.key-file " + file + " holds " + Files.size(file) + " bytes instead of "
                        + KeySeal.KEY_BYTES + ": fill it once from a random source and keep it");
            }
            Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
            if (rights.contains(PosixFilePermission.OTHERS_READ) || rights.contains(PosixFilePermission.OTHERS_WRITE)) {
                return List.of("weft.signer.key-file " + file + " is open to every user of the machine: chmod 0600");
            }
            return List.of();
        } catch (UnsupportedOperationException _) {
            return List.of(); // a file system without such rights
        } catch (IOException e) {
            return List.of("weft.signer.key-file " + file + " cannot be read ("
                    + e.getClass().getSimpleName() + "): without it no agent can be given a certificate");
        }
    }
}
