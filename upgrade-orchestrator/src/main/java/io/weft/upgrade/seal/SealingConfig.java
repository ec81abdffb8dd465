package io.weft.upgrade.seal;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** Who signs the audit log, and how often. */
@ConfigMapping(prefix = "weft.audit-seal")
interface SealingConfig {
    /**
     * File with exactly 32 random bytes: the Ed25519 key that signs. Readable by this service's user only. To change it,
     * name another file and restart: the public keys of former ones stay in the database and still verify.
     */
    Path keyFile();

    /** Pause between two looks at an organisation. What an entry may wait for its seal. */
    @WithDefault("1m")
    Duration every();
}
