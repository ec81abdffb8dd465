package io.weft.agent.loop;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoopTest {
    @Test
    void anErrorDoesNotEndALoopInSilence() {
        List<String> broken = new CopyOnWriteArrayList<>();
        try (Loop loop = new Loop(
                "probe",
                () -> {
                    throw new NoClassDefFoundError("gone");
                },
                (name, error) -> broken.add(name + " " + error.getMessage()))) {
            loop.start();
            await().until(() -> broken.equals(List.of("probe gone")));
        }
    }

    @Test
    void aRunThatThrowsIsRepeated() {
        AtomicInteger runs = new AtomicInteger();
        try (Loop loop = new Loop("probe", () -> {
            if (runs.incrementAndGet() == 1) {
                throw new IllegalStateException("once");
            }
            return Duration.ofMinutes(1);
        })) {
            loop.start();
            await().until(() -> runs.get() == 2);
        }
    }
}
