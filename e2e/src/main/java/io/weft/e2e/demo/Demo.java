package io.weft.e2e.demo;

import io.weft.e2e.launch.Failure;
import io.weft.e2e.launch.Options;
import io.weft.e2e.launch.Say;
import io.weft.e2e.launch.Stack;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** {@code ./weft demo}: from nothing to the second upgrade, then three commands to go on with. */
public final class Demo {
    private final Stack stack;
    private final Say say;
    private final Options options;

    public Demo(Stack stack, Say say, Options options) {
        this.stack = stack;
        this.say = say;
        this.options = options;
    }

    public void run() {
        Path file = options.layout().state().resolve("demo.lock");
        try {
            Files.createDirectories(options.layout().state());
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                if (lock == null) {
                    throw new Failure(
                            "demo",
                            "another ./weft demo is running",
                            "wait for its end, or end it with Ctrl-C and ./weft down");
                }
                tell();
            }
        } catch (IOException e) {
            throw new Failure("demo", file + ": " + e.getMessage(), "make the folder writable, or free disk space");
        }
    }

    private void tell() {
        fromNothing();
        say.heading("Starting hub and cluster");
        Stack.Up up = stack.upForDemo();
        try (MainJob job = new MainJob(stack, up, say)) {
            job.enrol();
            job.installMesh();
            job.enforcePolicies();
            job.compareTelemetry();
            job.badRollout(change -> {});
            job.goodRollout(change -> {});
            var entries = job.audit();
            say.line(entries.size() + " audit entries");
            Report report = job.report(options.built());
            if (options.report() != null) {
                report.write(options.report());
                say.line("report written to " + options.report());
            }
        } catch (Hub.Refused | java.io.UncheckedIOException e) {
            throw new Failure(
                    "demo", String.valueOf(e.getMessage()), "./weft status and ./weft logs api-service say more");
        }
        end(up);
    }

    private void end(Stack.Up up) {
        if (options.exit()) {
            say.heading("Ending everything");
            stack.down(false);
            return;
        }
        String key = up.keys().resolve("acme.key").toString();
        String curl = "curl -s -H \"Authorization: Bearer $(cat " + key + ")\" " + up.apiUrl() + "/api/v1";
        say.heading("It stays up: REST API at " + up.apiUrl() + "/api/v1");
        say.line("API key of the organisation acme: " + up.key("acme"));
        say.line("three things to do next (./weft down ends everything):");
        List.of(curl + "/policies", curl + "/rollouts", curl + "/telemetry/services")
                .forEach(say::detail);
    }

    /** A demo's own leavings make way for the next one; what ./weft up made does not. */
    private void fromNothing() {
        boolean something = stack.anythingRuns() || stack.holdsData();
        if (something && !stack.isOfDemo()) {
            throw new Failure(
                    "demo",
                    options.layout().state() + " holds a hub that ./weft up started, and its data",
                    "./weft down --data removes it; or WEFT_STATE=<another folder> WEFT_PORT=<first port> ./weft demo");
        }
        if (something) {
            say.line("an earlier demo is ended and removed first");
            stack.down(true);
        }
    }
}
