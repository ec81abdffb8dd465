package io.weft.fleet.signer;

import io.quarkus.arc.Unremovable;
import io.weft.kit.readiness.KeyFiles;
import io.weft.kit.readiness.ReadinessCheck;
import jakarta.inject.Singleton;
import java.util.List;

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
        return KeyFiles.dangers("weft.signer.key-file", config.keyFile(), "no agent can be given a certificate");
    }

    @Override
    public String name() {
        return "signerKeyFile";
    }
}
