package io.weft.testkit;

import io.weft.local.KafkaProcess;
import io.weft.local.LocalServices;
import io.weft.local.PostgresProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The services of this test run: started when first asked for, ended and deleted with the JVM. */
final class Shared {
    private static @Nullable LocalServices services;
    private static @Nullable PostgresProcess postgres;
    private static @Nullable KafkaProcess kafka;

    private Shared() {}

    static synchronized PostgresProcess postgres() {
        if (postgres == null) {
            PostgresProcess started = start(LocalServices::startPostgres);
            postgres = started;
        }
        return postgres;
    }

    static synchronized KafkaProcess kafka() {
        if (kafka == null) {
            KafkaProcess started = start(LocalServices::startKafka);
            kafka = started;
        }
        return kafka;
    }

    private static synchronized <P> P start(Start<P> start) {
        try {
            if (services == null) {
                services = LocalServices.in(folder());
            }
            return start.on(services);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        // Quarkus loads tests by a class loader of its own: there this class, and what it started, exist a second time.
        String loader = Integer.toHexString(System.identityHashCode(Shared.class.getClassLoader()));
        Path folder =
                Checkout.root().resolve(".weft/test-" + ProcessHandle.current().pid() + "-" + loader);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(folder), "end-test-services"));
        return folder;
    }

    private static void end(Path folder) {
        try {
            for (AutoCloseable process : running()) {
                process.close();
            }
            delete(folder);
        } catch (Exception e) {
            System.err.println("Test services left something in " + folder + ": " + e);
        }
    }

    private static synchronized Iterable<AutoCloseable> running() {
        return Stream.<Optional<AutoCloseable>>of(Optional.ofNullable(kafka), Optional.ofNullable(postgres))
                .flatMap(Optional::stream)
                .toList();
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @FunctionalInterface
    private interface Start<P> {
        P on(LocalServices services) throws IOException;
    }
}
