package io.weft.fleet.compile;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.weft.kit.work.DueWork;
import io.weft.kit.work.Loop;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Wakes the compile for due clusters, and the render of newly uploaded releases. */
@Singleton
class CompileLoop {
    static final String COMPILE = "compile";
    static final String RELEASE = "release";
    private static final int COMPILE_WORKERS = 2;
    private static final int RELEASE_WORKERS = 1;

    private final DueWork queue;
    private final Compiles compiles;
    private final ReleaseRules releaseRules;
    private final Renders renders;
    private final List<Loop> loops = new ArrayList<>();

    CompileLoop(DueWork queue, Compiles compiles, ReleaseRules releaseRules, Renders renders) {
        this.queue = queue;
        this.compiles = compiles;
        this.releaseRules = releaseRules;
        this.renders = renders;
    }

    void start(@Observes StartupEvent event) {
        loops.add(queue.claimLoop(COMPILE, COMPILE_WORKERS, compiles::handle));
        loops.add(queue.claimLoop(RELEASE, RELEASE_WORKERS, releaseRules::handle));
    }

    void stop(@Observes ShutdownEvent event) {
        loops.forEach(Loop::close);
        renders.close();
    }
}
