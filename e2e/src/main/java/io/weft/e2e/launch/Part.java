package io.weft.e2e.launch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A process that goes on running.
 *
 * @param environment in addition to the caller's own; may hold passwords, so it is never printed or written
 * @param programs files whose change means that a running process is outdated
 * @param ports TCP ports it will listen on; each must be free before it starts
 * @param ready tells whether it does its work
 */
record Part(
        String name,
        List<String> command,
        Map<String, String> environment,
        List<Path> programs,
        List<Listen> ports,
        Ready ready,
        Duration startDeadline,
        Duration stopDeadline) {

    Part {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        programs = List.copyOf(programs);
        ports = List.copyOf(ports);
    }

    /** An address to listen on, and what it is called in messages. */
    record Listen(String purpose, String host, int port) {}

    /** Whether a part does its work; an empty text means yes, another one says what is still missing. */
    @FunctionalInterface
    interface Ready {
        String missing();
    }
}
