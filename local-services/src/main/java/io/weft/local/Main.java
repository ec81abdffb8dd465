package io.weft.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * {@code up --state DIR}: starts PostgreSQL and Kafka, writes {@code DIR/services.json} once both serve, and stays in the
 * foreground. A child that dies is started again. SIGTERM or SIGINT ends both in good order.
 */
final class Main {
    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(15));
    private static final String USAGE = "usage: up --state DIR";

    private final LocalServices services;
    private PostgresProcess postgres;
    private KafkaProcess kafka;
    private boolean stopping;

    private Main(LocalServices services) throws IOException {
        this.services = services;
        services.deleteServicesFile();
        postgres = services.startPostgres();
        kafka = services.startKafka();
        services.writeServicesFile(postgres, kafka);
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3 || !arguments[0].equals("up") || !arguments[1].equals("--state")) {
            System.err.println(USAGE);
            System.exit(2);
        }
        Main main = new Main(LocalServices.in(Path.of(arguments[2])));
        Runtime.getRuntime().addShutdownHook(new Thread(main::stop, "stop-children"));
        System.out.println("PostgreSQL and Kafka are up: see " + Path.of(arguments[2], "services.json"));
        main.supervise();
    }

    private void supervise() throws IOException {
        while (true) {
            CompletableFuture.anyOf(postgres.handle().onExit(), kafka.handle().onExit())
                    .join();
            restartDead();
        }
    }

    private synchronized void restartDead() throws IOException {
        if (stopping) {
            return;
        }
        if (!postgres.handle().isAlive()) {
            System.err.println("PostgreSQL ended: starting it again");
            postgres = again("PostgreSQL", services::startPostgres);
        }
        if (!kafka.handle().isAlive()) {
            System.err.println("Kafka ended: starting it again");
            kafka = again("Kafka", services::startKafka);
        }
        services.writeServicesFile(postgres, kafka);
    }

    @FunctionalInterface
    private interface Start<T> {
        T now() throws IOException;
    }

    /** One that cannot be started for a while, as on a full disk, must not end the other one. */
    private <T> T again(String name, Start<T> start) throws IOException {
        for (int attempt = 0; ; attempt++) {
            try {
                return start.now();
            } catch (IOException e) {
                Duration pause = PAUSES.get(Math.min(attempt, PAUSES.size() - 1));
                System.err.println(
                        name + " does not start: " + e.getMessage() + "; next try in " + pause.toSeconds() + " s");
                pause(pause);
            }
        }
    }

    /** {@link #stop} comes in between: the monitor is free meanwhile. */
    private void pause(Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toMillis(); left > 0 && !stopping; left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        } catch (InterruptedException e) {
            throw Children.interrupted(e);
        }
        if (stopping) {
            throw new IOException("Ending");
        }
    }

    private synchronized void stop() {
        stopping = true;
        notifyAll();
        close(kafka);
        close(postgres);
        try {
            services.deleteServicesFile();
        } catch (IOException e) {
            System.err.println("services.json is still there: " + e.getMessage());
        }
    }

    private static void close(LocalProcess process) {
        try {
            process.close();
        } catch (IOException e) {
            System.err.println(process.name() + " did not end in good order: " + e.getMessage());
        }
    }
}
