package io.weft.api.audit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** What verification believes that the database cannot prove. */
@ConfigMapping(prefix = "weft.audit")
interface AuditConfig {
    /**
     * Ids of the keys whose seals count (SHA-256 of the public key, in hex, as upgrade-orchestrator logs it). Absent: every
     * key that the database lists, which its owner can add to.
     */
    Optional<List<String>> trustedKeys();

    /**
     * Whole months that are kept at least, the running one not counted: what is younger counts as missing even where the
     * database says that it was removed. The maintenance step keeps as many.
     */
    @WithDefault("24")
    int retentionMonths();
}
