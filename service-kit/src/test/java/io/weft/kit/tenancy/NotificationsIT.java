package io.weft.kit.tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class NotificationsIT {
    @Test
    void hintsArriveAgainAfterTheConnectionWasCut() {
        try (PooledDatabase database = new PooledDatabase("weft_api", 2);
                Notifications notifications = database.notifications("weft_fleet")) {
            List<String> heard = new CopyOnWriteArrayList<>();
            notifications.listen("desired", heard::add);
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(heard).containsExactly(""));

            send(database, "before");
            await().untilAsserted(() -> assertThat(heard).containsExactly("", "before"));

            database.database().execute("""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'weft-listen'
                    """);
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> assertThat(heard).containsExactly("", "before", ""));
            send(database, "after");
            await().untilAsserted(() -> assertThat(heard).containsExactly("", "before", "", "after"));
        }
    }

    private static void send(PooledDatabase database, String payload) {
        database.transactions().platform(tx -> {
            tx.notify("desired", payload);
            return true;
        });
    }
}
