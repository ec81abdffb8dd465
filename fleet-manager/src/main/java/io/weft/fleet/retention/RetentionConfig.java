package io.weft.fleet.retention;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long rows are kept that nobody removes by name. */
@ConfigMapping(prefix = "weft.retention")
interface RetentionConfig {
    /** Pause between two looks at an organisation. */
    @WithDefault("10m")
    Duration every();

    /** Windows of ten seconds that began longer ago are removed. */
    @WithDefault("24h")
    Duration telemetry();

    /** Newest runs that are kept of each probe. */
    @WithDefault("50")
    int probeRuns();

    /** What a render gave is kept so long after its last use, and as long as a control plane has it. */
    @WithDefault("720h")
    Duration renders();

    /** Rows that one transaction removes of a table. */
    @WithDefault("5000")
    int batch();
}
