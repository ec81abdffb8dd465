package io.weft.fleet.render;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits of the process that renders charts. */
@ConfigMapping(prefix = "weft.render")
public interface RenderConfig {
    /** After this long the process is killed and the render is tried again later. */
    @WithDefault("2m")
    Duration timeLimit();

    /** Java heap of the process in MiB; Helm's own memory is asked to stay below the same again. */
    @WithDefault("256")
    int heapMebibytes();
}
