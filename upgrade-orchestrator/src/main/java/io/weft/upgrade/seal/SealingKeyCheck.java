package io.weft.upgrade.seal;

import io.quarkus.arc.Unremovable;
import io.weft.kit.readiness.KeyFiles;
import io.weft.kit.readiness.ReadinessCheck;
import jakarta.inject.Singleton;
import java.util.List;

/** Whoever reads the file can write an audit log that verifies. */
@Singleton
@Unremovable
final class SealingKeyCheck implements ReadinessCheck {
    private final SealingConfig config;

    SealingKeyCheck(SealingConfig config) {
        this.config = config;
    }

    @Override
    public List<String> dangers() {
        return KeyFiles.dangers("weft.audit-seal.key-file", config.keyFile(), "the audit log is not sealed");
    }

    @Override
    public String name() {
        return "auditSealKeyFile";
    }
}
