package io.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

class SharedServicesIT {
    @Test
    void everyTestDatabaseIsFreshAndMigrated() throws SQLException {
        try (TestDatabase first = TestDatabase.create();
                TestDatabase second = TestDatabase.create()) {
            first.tenant("acme");
            assertThat(tenants(first)).isEqualTo(1);
            assertThat(tenants(second)).isZero();
        }
    }

    private static int tenants(TestDatabase database) throws SQLException {
        try (Connection connection = database.dataSource("weft_api").getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT count(*) FROM tenant")) {
            row.next();
            return row.getInt(1);
        }
    }

    @Test
    void kafkaAnswers() throws Exception {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", Kafka.shared().bootstrapServers()))) {
            assertThat(admin.describeCluster().nodes().get(20, TimeUnit.SECONDS))
                    .hasSize(1);
        }
    }
}
