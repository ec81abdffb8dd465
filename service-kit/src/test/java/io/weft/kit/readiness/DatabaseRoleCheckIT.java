package io.weft.kit.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.kit.tenancy.PooledDatabase;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseRoleCheckIT {
    @ParameterizedTest
    @ValueSource(strings = {"weft_api", "weft_fleet", "weft_upgrade"})
    void aServicesLoginIsSafe(String role) {
        try (PooledDatabase database = new PooledDatabase(role, 1)) {
            assertThat(new DatabaseRoleCheck(database.transactions()).dangers()).isEmpty();
        }
    }

    @Test
    void theOwnerOfTheTablesIsRefused() {
        try (PooledDatabase database = new PooledDatabase("weft_owner", 1)) {
            assertThat(new DatabaseRoleCheck(database.transactions()).dangers())
                    .singleElement()
                    .asString()
                    .contains("weft_owner owns tables");
        }
    }

    @Test
    void everyDangerousAttributeIsNamed() {
        try (PooledDatabase database = new PooledDatabase("weft_api", 1)) {
            database.database().execute("ALTER ROLE weft_api BYPASSRLS CREATEROLE");
            try {
                assertThat(new DatabaseRoleCheck(database.transactions()).dangers())
                        .hasSize(2)
                        .anySatisfy(danger -> assertThat(danger).contains("BYPASSRLS"))
                        .anySatisfy(danger -> assertThat(danger).contains("may create roles"));
            } finally {
                database.database().execute("ALTER ROLE weft_api NOBYPASSRLS NOCREATEROLE");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "pg_write_server_files", "weft_owner"})
    void aMemberOfAMightyRoleIsRefused(String mighty) {
        try (PooledDatabase database = new PooledDatabase("weft_api", 1)) {
            database.database().execute("GRANT " + mighty + " TO weft_api");
            try {
                assertThat(new DatabaseRoleCheck(database.transactions()).dangers())
                        .singleElement()
                        .asString()
                        .startsWith("quarkus.datasource.username weft_api ")
                        .contains("is a member of");
            } finally {
                database.database().execute("REVOKE " + mighty + " FROM weft_api");
            }
        }
    }

    @Test
    void theSuperuserIsRefused() {
        try (PooledDatabase database = new PooledDatabase("weft_api", 1)) {
            database.database().execute("ALTER ROLE weft_api SUPERUSER");
            try {
                assertThat(new DatabaseRoleCheck(database.transactions()).dangers())
                        .anySatisfy(danger -> assertThat(danger).contains("is a superuser"));
            } finally {
                database.database().execute("ALTER ROLE weft_api NOSUPERUSER");
            }
        }
    }

    @Test
    void theServerAndItsClockOfThisRunAreSafe() {
        try (PooledDatabase database = new PooledDatabase("weft_api", 1)) {
            assertThat(new DatabaseVersionCheck(database.transactions()).dangers())
                    .isEmpty();
            assertThat(new ClockCheck(database.transactions(), InstantSource.system()).dangers())
                    .isEmpty();
            assertThat(new ClockCheck(
                                    database.transactions(),
                                    () -> InstantSource.system().instant().minusSeconds(300))
                            .dangers())
                    .singleElement()
                    .asString()
                    .contains("behind");
        }
    }
}
