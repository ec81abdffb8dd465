package io.weft.fleet.signer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** The agent CA. */
@ConfigMapping(prefix = "weft.signer")
interface SignerConfig {
    /**
     * File with exactly 32 random bytes; they seal the private keys of the CA in the database (AES-256-GCM). Readable by
     * this service's user only. Whoever loses it loses the CA: every agent must enrol again.
     */
    Path keyFile();

    /** Trust domain in the URI names of agent certificates. Never change it: agents with the old one are refused. */
    @WithDefault("weft.local")
    String trustDomain();
}
