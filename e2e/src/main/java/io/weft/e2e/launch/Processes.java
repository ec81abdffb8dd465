package io.weft.e2e.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Starts and ends the processes of one state folder. Every process carries the folder in its environment, as do its
 * children, so that one whose run file was never written is still found.
 */
final class Processes {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final Layout layout;
    private final Say say;

    Processes(Layout layout, Say say) {
        this.layout = layout;
        this.say = say;
    }

    /** Starts the part unless it runs as it would be started now; waits until it does its work. */
    void ensure(Part part) {
        Optional<RunFile> old = RunFile.read(layout.run(), part.name());
        String fingerprint = fingerprint(part);
        if (old.filter(RunFile::alive).isPresent()) {
            if (old.get().fingerprint().equals(fingerprint)) {
                awaitReady(part, old.get());
                say.line(part.name() + ": already running, pid " + old.get().pid());
                return;
            }
            say.line(part.name() + ": was built or configured anew, restarting it");
            end(old.get(), part.stopDeadline());
        }
        RunFile.remove(layout.run(), part.name());
        part.ports().forEach(listen -> Ports.mustBeFree(part.name(), listen));
        long begin = System.nanoTime();
        RunFile started = start(part, fingerprint);
        awaitReady(part, started);
        say.line("%s: ready after %.1f s, pid %d"
                .formatted(part.name(), (System.nanoTime() - begin) / 1e9, started.pid()));
    }

    private RunFile start(Part part, String fingerprint) {
        Path log = freshLog(part.name());
        List<String> command = new ArrayList<>();
        command.add("setsid"); // Ctrl-C in the terminal must not reach it
        command.addAll(part.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(layout.state().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().putAll(part.environment());
        builder.environment().putAll(layout.mark());
        try {
            Process process = builder.start();
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            List<String> listens = part.ports().stream()
                    .map(listen -> listen.host() + ":" + listen.port() + " (" + listen.purpose() + ")")
                    .toList();
            RunFile run = new RunFile(
                    part.name(),
                    process.pid(),
                    RunFile.startTicks(process.pid()).orElse(0L),
                    now,
                    fingerprint,
                    listens);
            try {
                run.write(layout.run());
            } catch (UncheckedIOException e) {
                process.destroyForcibly(); // nobody could find it again
                throw e;
            }
            return run;
        } catch (IOException e) {
            throw new Failure(part.name(), "could not be started: " + e.getMessage(), "run ./weft doctor", log);
        }
    }

    /** The log of the run before stays beside the new one. */
    private Path freshLog(String name) {
        Path log = layout.log(name);
        try {
            Files.createDirectories(layout.logs());
            if (Files.exists(log)) {
                Files.move(log, layout.logs().resolve(name + ".before.log"), StandardCopyOption.REPLACE_EXISTING);
            }
            return log;
        } catch (IOException e) {
            throw new Failure(
                    name, "log " + log + ": " + e.getMessage(), "make the folder writable, or free disk space");
        }
    }

    private void awaitReady(Part part, RunFile run) {
        Path log = layout.log(part.name());
        long deadline = System.nanoTime() + part.startDeadline().toNanos();
        String missing = "";
        while (System.nanoTime() < deadline) {
            // Asked first: a port that answers may belong to another process once ours is dead.
            if (!run.alive()) {
                RunFile.remove(layout.run(), part.name());
                throw new Failure(
                        part.name(), "it ended by itself", "repair what its log says, then run ./weft up again", log);
            }
            missing = part.ready().missing();
            if (missing.isEmpty()) {
                return;
            }
            pause(LOOK_AGAIN);
        }
        throw new Failure(
                part.name(),
                "not ready after " + part.startDeadline().toSeconds() + " s: " + missing,
                "look into its log; ./weft up tries again, ./weft down ends everything",
                log);
    }

    /** Runs a command to its end; its output goes to the part's log. */
    void run(String name, List<String> command, java.util.Map<String, String> environment, Duration limit) {
        Path log = freshLog(name);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(layout.root().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroy();
                throw new Failure(name, "not done after " + limit.toSeconds() + " s", "run ./weft up again", log);
            }
            if (process.exitValue() != 0) {
                throw new Failure(
                        name, "exit code " + process.exitValue(), "repair what its log says, then run it again", log);
            }
        } catch (IOException e) {
            throw new Failure(name, "could not be started: " + e.getMessage(), "run ./weft doctor", log);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Ends the part if it runs; false when there was none. */
    boolean end(String name, Duration grace) {
        Optional<RunFile> run = RunFile.read(layout.run(), name);
        boolean alive = run.filter(RunFile::alive).isPresent();
        run.filter(RunFile::alive).ifPresent(file -> end(file, grace));
        RunFile.remove(layout.run(), name);
        return alive;
    }

    private void end(RunFile run, Duration grace) {
        ProcessHandle.of(run.pid()).ifPresent(process -> end(process, grace));
        RunFile.remove(layout.run(), run.name());
    }

    private static void end(ProcessHandle process, Duration grace) {
        CompletableFuture<ProcessHandle> exit = process.onExit();
        process.destroy();
        try {
            exit.get(grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException stubborn) {
            process.destroyForcibly();
            exit.join();
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for pid " + process.pid(), e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Ends what carries our mark although no run file names it: the rest of a start that was killed. */
    List<Long> endStrays(Duration grace) {
        List<Long> recorded = RunFile.all(layout.run()).stream()
                .filter(RunFile::alive)
                .map(RunFile::pid)
                .toList();
        List<ProcessHandle> strays = ProcessHandle.allProcesses()
                .filter(process -> !recorded.contains(process.pid()) && marked(process.pid()))
                .filter(process -> !childOf(process, recorded))
                .toList();
        strays.parallelStream().forEach(process -> end(process, grace));
        return strays.stream().map(ProcessHandle::pid).toList();
    }

    private static boolean childOf(ProcessHandle process, List<Long> pids) {
        for (Optional<ProcessHandle> up = process.parent();
                up.isPresent();
                up = up.get().parent()) {
            if (pids.contains(up.get().pid())) {
                return true;
            }
        }
        return false;
    }

    private static boolean belongsToOneThatLives(String setting) {
        return setting.startsWith(Layout.OWNER + "=")
                && ProcessHandle.of(Long.parseLong(setting.substring(Layout.OWNER.length() + 1)))
                        .isPresent();
    }

    private boolean marked(long pid) {
        try {
            String environment =
                    Files.readString(Path.of("/proc", Long.toString(pid), "environ"), StandardCharsets.ISO_8859_1);
            List<String> settings = List.of(environment.split("\0"));
            return settings.contains(Layout.MARK + "=" + layout.state())
                    && settings.stream().noneMatch(Processes::belongsToOneThatLives);
        } catch (IOException goneOrForeign) {
            return false;
        }
    }

    private static String fingerprint(Part part) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(String.join("\0", part.command()).getBytes(StandardCharsets.UTF_8));
            new java.util.TreeMap<>(part.environment())
                    .forEach((name, value) ->
                            digest.update((name + "=" + value + "\0").getBytes(StandardCharsets.UTF_8)));
            for (Path program : part.programs()) {
                digest.update((program + " " + Files.size(program) + " " + Files.getLastModifiedTime(program))
                        .getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new Failure(
                    part.name(), "not built: " + e.getMessage(), "run ./weft up, which builds what is missing");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits a moment; {@link Failure} when the thread is interrupted. */
    public static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static Failure interrupted() {
        Thread.currentThread().interrupt();
        return new Failure("weft", "interrupted", "run the command again: it continues or cleans up");
    }
}
