package io.weft.e2e.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/** Everything that runs for one state folder: PostgreSQL and Kafka, the three services of the hub, the cluster. */
public final class Stack {
    private static final Duration MIGRATE = Duration.ofMinutes(2);
    private static final Duration STRAYS = Duration.ofSeconds(15);

    private final Layout layout;
    private final Settings settings;
    private final Say say;
    private final Processes processes;
    private final LocalCluster cluster;
    private final HubParts parts;

    public Stack(Layout layout, Settings settings, Say say) {
        this.layout = layout;
        this.settings = settings;
        this.say = say;
        this.processes = new Processes(layout, say);
        this.cluster = new LocalCluster(layout, processes);
        this.parts = new HubParts(layout, settings);
    }

    /**
     * What runs now, and how long each took to start; next to nothing for what ran already.
     *
     * @param keys folder of the first API keys, one file per organisation
     */
    public record Up(
            String apiUrl,
            Path keys,
            LocalServices services,
            LocalCluster.Running cluster,
            Duration servicesTime,
            Duration clusterTime) {
        /** The first API key of an organisation. */
        public String key(String organisation) {
            Path file = keys.resolve(organisation + ".key");
            try {
                return Files.readString(file).strip();
            } catch (IOException e) {
                throw new Failure(
                                HubParts.API,
                                "no API key of " + organisation + " in " + file,
                                "the hub writes it once, when the organisation is created; ./weft down --data starts afresh")
                        .causedBy(e);
            }
        }
    }

    public Layout layout() {
        return layout;
    }

    public LocalCluster cluster() {
        return cluster;
    }

    /** Starts what does not run. From now on it is no demo's any more: the next demo leaves it alone. */
    public Up up() {
        return exclusively(() -> {
            delete(ofDemo());
            return start();
        });
    }

    /** Like {@link #up}, for data that the next demo may remove. */
    public Up upForDemo() {
        return exclusively(() -> {
            try {
                Files.createDirectories(layout.run());
                Files.writeString(ofDemo(), "");
            } catch (IOException e) {
                throw new UncheckedIOException(ofDemo().toString(), e);
            }
            return start();
        });
    }

    /** Whether what is here was begun by a demo, and by nothing else since. */
    public boolean isOfDemo() {
        return Files.exists(ofDemo());
    }

    public boolean holdsData() {
        return Files.exists(layout.services());
    }

    private Path ofDemo() {
        return layout.run().resolve("of-a-demo");
    }

    private Up start() {
        List<Long> strays = processes.endStrays(STRAYS);
        if (!strays.isEmpty()) {
            say.line("an earlier start was killed: ended what it left, pids " + strays);
        }
        CompletableFuture<Timed<LocalCluster.Running>> clusterUp =
                CompletableFuture.supplyAsync(this::startCluster, Thread::startVirtualThread);
        Timed<LocalServices> services;
        try {
            services = timed(this::startServices);
        } finally {
            // Both run to their end before anything is reported: a failure must not leave the other one half done.
            clusterUp.handle((done, failed) -> done).join();
        }
        Timed<LocalCluster.Running> running = joined(clusterUp);
        Timed<LocalServices> hub = timed(() -> startHub(services.value(), running.value()));
        return new Up(
                settings.apiUrl(),
                layout.keys(),
                services.value(),
                running.value(),
                services.time().plus(hub.time()),
                running.time());
    }

    private Timed<LocalCluster.Running> startCluster() {
        Timed<LocalCluster.Running> running = timed(cluster::up);
        say.line("cluster: Kubernetes %s is ready after %.1f s"
                .formatted(running.value().kubernetes(), running.time().toMillis() / 1e3));
        return running;
    }

    private LocalServices startServices() {
        if (RunFile.read(layout.run(), HubParts.SERVICES).filter(RunFile::alive).isEmpty()) {
            delete(LocalServices.description(layout)); // of an earlier run: it would count as ready
        }
        processes.ensure(parts.localServices());
        LocalServices services = LocalServices.read(layout);
        processes.run("migrate", parts.migrateCommand(), parts.migrateEnvironment(services), MIGRATE);
        return services;
    }

    private LocalServices startHub(LocalServices services, LocalCluster.Running running) {
        try {
            Secrets.privateFolder(layout.keys());
        } catch (IOException e) {
            throw new UncheckedIOException("folder of the API keys", e);
        }
        List<Part> hub = List.of(
                parts.api(services, running),
                parts.fleet(services, running),
                parts.upgrade(services),
                parts.maintenance(services));
        List<CompletableFuture<Void>> starts = hub.stream()
                .map(part -> CompletableFuture.runAsync(() -> processes.ensure(part), Thread::startVirtualThread))
                .toList();
        CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new))
                .exceptionally(failed -> null)
                .join();
        starts.forEach(Stack::joined);
        return services;
    }

    /** Ends everything. {@code data}: databases, keys and logs go as well. */
    public void down(boolean data) {
        exclusively(() -> {
            for (String name : HubParts.NAMES.reversed()) {
                if (processes.end(name, HubParts.stop(name))) {
                    say.line(name + ": ended");
                }
            }
            List<Long> strays = processes.endStrays(STRAYS);
            if (!strays.isEmpty()) {
                say.line("ended what a killed start had left, pids " + strays);
            }
            boolean begun = Files.exists(layout.cluster());
            cluster.down();
            if (begun) {
                say.line("cluster: ended; network, mounts and control groups are removed");
            }
            if (data) {
                List.of(layout.services(), layout.keys(), layout.secrets(), layout.run())
                        .forEach(Stack::deleteTree);
                say.line("data removed");
            }
            return true;
        });
    }

    /** One line per part. */
    public List<String> status() {
        Stream<String> hub = HubParts.NAMES.stream()
                .map(name -> RunFile.read(layout.run(), name)
                        .map(run -> run.alive()
                                ? "%-22s running since %s, pid %d, %s"
                                        .formatted(name, run.startTime(), run.pid(), String.join(", ", run.listens()))
                                : "%-22s died (was pid %d); ./weft logs %s shows why, ./weft up starts it again"
                                        .formatted(name, run.pid(), name))
                        .orElse("%-22s not running".formatted(name)));
        List<String> nodes = cluster.status();
        Stream<String> cluster = nodes.isEmpty()
                ? Stream.of("%-22s not running".formatted("cluster"))
                : nodes.stream().map(line -> "%-22s %s".formatted("cluster", line));
        return Stream.concat(hub, cluster).toList();
    }

    /** Whether anything of this state folder runs. */
    public boolean anythingRuns() {
        return RunFile.all(layout.run()).stream().anyMatch(RunFile::alive) || Files.exists(layout.cluster());
    }

    /** The process of a part; empty when it does not run. */
    public Optional<Long> pid(String part) {
        return RunFile.read(layout.run(), part).filter(RunFile::alive).map(RunFile::pid);
    }

    /** Two of these at once would start everything twice. The lock ends with the process that holds it. */
    private <T> T exclusively(java.util.function.Supplier<T> work) {
        Path file = layout.state().resolve("weft.lock");
        try {
            Files.createDirectories(layout.state());
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = tryLock(channel)) {
                if (lock == null) {
                    throw new Failure(
                            "weft",
                            "another ./weft is starting or ending " + layout.state(),
                            "wait until it is done, then look with ./weft status");
                }
                return work.get();
            }
        } catch (IOException e) {
            throw new Failure("weft", file + ": " + e.getMessage(), "make the folder writable, or free disk space");
        }
    }

    @org.jspecify.annotations.Nullable
    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    private record Timed<T>(T value, Duration time) {}

    private static <T> Timed<T> timed(java.util.function.Supplier<T> work) {
        long begin = System.nanoTime();
        T value = work.get();
        return new Timed<>(value, Duration.ofNanos(System.nanoTime() - begin));
    }

    private static <T> T joined(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static void deleteTree(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(Stack::delete);
        } catch (IOException e) {
            throw new UncheckedIOException("removing " + folder, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("removing " + file, e);
        }
    }
}
