package io.weft.e2e.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where things lie.
 *
 * @param root the project's folder
 * @param build what was built; shared by all states
 * @param state what runs: logs, run files, data, keys; nothing is written outside of it
 */
public record Layout(Path root, Path build, Path state) {
    /** The process with which another one ends; while it lives, the other one is no leftover. */
    static final String OWNER = "WEFT_RUN_OWNER";

    static final String MARK = "WEFT_RUN_STATE";

    /** Name of the local cluster's node; network and cgroups are named after it. */
    public static final String CLUSTER_NAME = "a";

    /** Environment of every process that belongs to the state, for whoever cleans up after a kill. */
    public Map<String, String> mark() {
        return Map.of(MARK, state.toString());
    }

    /** {@link #mark} of a process that this one starts for itself. */
    public Map<String, String> ownMark() {
        return Map.of(
                MARK,
                state.toString(),
                OWNER,
                Long.toString(ProcessHandle.current().pid()));
    }

    public Path program(String name) {
        return build.resolve("bin").resolve(name);
    }

    public Path images() {
        return build.resolve("images");
    }

    public Path release(String version) {
        return build.resolve("releases").resolve("istio-" + version + ".tgz");
    }

    /** Of the newest build, under its own name: a later build leaves what runs from it alone. */
    public Path dist(String name) {
        Path newest = build.resolve("dist");
        try {
            return newest.toRealPath().resolve(name);
        } catch (IOException nothingBuilt) {
            return newest.resolve(name);
        }
    }

    public Path logs() {
        return state.resolve("logs");
    }

    public Path log(String part) {
        return logs().resolve(part + ".log");
    }

    public Path run() {
        return state.resolve("run");
    }

    public Path services() {
        return state.resolve("services");
    }

    public Path cluster() {
        return state.resolve("cluster");
    }

    public Path keys() {
        return state.resolve("keys");
    }

    public Path secrets() {
        return state.resolve("secrets");
    }
}
