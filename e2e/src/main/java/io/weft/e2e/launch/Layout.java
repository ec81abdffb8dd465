package io.weft.e2e.launch;

import java.nio.file.Path;

/**
 * Where things lie.
 *
 * @param root the project's folder
 * @param build what was built; shared by all states
 * @param state what runs: logs, run files, data, keys; nothing is written outside of it
 */
public record Layout(Path root, Path build, Path state) {
    /** Name of the local cluster's node; network and cgroups are named after it. */
    public static final String CLUSTER_NAME = "a";

    public Path program(String name) {
        return build.resolve("bin").resolve(name);
    }

    public Path images() {
        return build.resolve("images");
    }

    public Path release(String version) {
        return build.resolve("releases").resolve("istio-" + version + ".tgz");
    }

    public Path dist(String name) {
        return build.resolve("dist").resolve(name);
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
