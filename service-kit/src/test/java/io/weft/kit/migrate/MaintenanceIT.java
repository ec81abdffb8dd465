package io.weft.kit.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.kit.seal.LedgerOfMonths;
import io.weft.kit.tenancy.OwnerTransactions;
import io.weft.kit.tenancy.PooledDatabase;
import io.weft.testkit.Checkout;
import io.weft.testkit.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Months of the audit log come and go, and nothing is lost with it. */
class MaintenanceIT {
    private final Instant now = InstantSource.system().instant();

    @Test
    void theMonthsOfTheNextTwoWeeksAreMadeOnce() {
        try (PooledDatabase database = new PooledDatabase("weft_upgrade", 2)) {
            Maintenance maintenance = new Maintenance(owner(database), 24);
            Instant later = ZonedDateTime.ofInstant(now, ZoneOffset.UTC)
                    .plusMonths(3)
                    .withDayOfMonth(25)
                    .toInstant();

            assertThat(maintenance.run(now)).isEqualTo(new Maintenance.Done(0, 0));
            assertThat(maintenance.run(later)).isEqualTo(new Maintenance.Done(2, 0));
            assertThat(maintenance.run(later)).isEqualTo(new Maintenance.Done(0, 0));
            assertThat(texts(
                            database,
                            "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relname ~ '^audit_entry_'"
                                    + " AND NOT (relrowsecurity AND relforcerowsecurity)"))
                    .isEmpty();
        }
    }

    @Test
    void whatLayOutsideEveryMonthMovesIntoItsOwnAndStaysSealed() {
        try (PooledDatabase database = new PooledDatabase("weft_upgrade", 3)) {
            LedgerOfMonths ledger = new LedgerOfMonths(database);
            Instant away = ZonedDateTime.ofInstant(now, ZoneOffset.UTC)
                    .plusMonths(5)
                    .withDayOfMonth(3)
                    .toInstant();
            ledger.writeAt(away, 3);
            ledger.seal();
            assertThat(texts(database, "SELECT count(*)::text FROM audit_entry_default"))
                    .containsExactly("3");

            assertThat(new Maintenance(owner(database), 0).run(away)).isEqualTo(new Maintenance.Done(1, 0));

            assertThat(texts(database, "SELECT count(*)::text FROM audit_entry_default"))
                    .containsExactly("0");
            assertThat(texts(database, "SELECT count(*)::text FROM audit_entry"))
                    .containsExactly("3");
            assertThat(ledger.verdict(Instant.MIN)).isEqualTo("intact, 3 entries, 0 removed");
        }
    }

    @Test
    void removedMonthsAreSaidToBeRemovedAndOnlyThose() {
        try (PooledDatabase database = new PooledDatabase("weft_upgrade", 3)) {
            LedgerOfMonths ledger = new LedgerOfMonths(database);
            ZonedDateTime old = ZonedDateTime.ofInstant(now, ZoneOffset.UTC)
                    .withDayOfMonth(2)
                    .minusMonths(3);
            owner(database)
                    .in(tx -> tx.first(
                            Boolean.class,
                            "SELECT audit_entry_add_month(?::date)",
                            old.toLocalDate().withDayOfMonth(1).toString()));
            ledger.writeAt(old.toInstant(), 2);
            ledger.seal();
            ledger.writeAt(old.plusMonths(1).toInstant(), 4); // in the default partition
            ledger.seal();
            ledger.writeAt(now, 1);
            ledger.seal();
            assertThat(ledger.verdict(now)).isEqualTo("intact, 7 entries, 0 removed");

            assertThat(new Maintenance(owner(database), 1).run(now).removed()).isEqualTo(1);

            Instant kept = old.withDayOfMonth(1).plusMonths(2).toInstant();
            assertThat(ledger.verdict(now)).isEqualTo("intact, 1 entries, 6 removed");
            assertThat(ledger.verdict(kept.minusSeconds(90L * 24 * 3600)))
                    .as("retention that removes what it has to keep is no excuse")
                    .isEqualTo("broken at 1: ENTRIES_MISSING");
            ledger.asOwner("DELETE FROM audit_entry");
            assertThat(ledger.verdict(now)).isEqualTo("broken at 3: ENTRIES_MISSING");
        }
    }

    @Test
    void theMigrationKeepsWhatWasWrittenBeforeItAndHasItSealed(@TempDir Path folder) throws Exception {
        String name = "before_seals";
        Postgres.shared().createDatabase(name);
        String url = Postgres.shared().jdbcUrl(name);
        String password = Postgres.shared().password("weft_owner");
        Path migrations = Checkout.root().resolve("db/migrations");
        Flyway.configure()
                .dataSource(url, "weft_owner", password)
                .locations("filesystem:" + migrations)
                .target("9")
                .load()
                .migrate();
        try (Connection superuser = Postgres.shared().superuser(name);
                Statement statement = superuser.createStatement()) {
            statement.execute(
                    "INSERT INTO tenant (id, name) VALUES (gen_random_uuid(), 'a'), (gen_random_uuid(), 'b')");
            statement.execute("""
                    INSERT INTO audit_entry (tenant_id, id, time, actor_kind, actor, action, target_kind, target_id, detail)
                    SELECT t.id, gen_random_uuid(), now() - n * interval '17 days', 'apiKey', 'key_1', 'a.b', 'a', 'x', '{"n": 1}'
                    FROM tenant t, generate_series(0, 19) n
                    """);
            String before = contents(statement);
            Path passwordFile = Files.writeString(folder.resolve("password"), password);

            assertThat(MigrateMain.migrate(url, "weft_owner", password, migrations))
                    .isPositive();
            Maintenance.Done done = MaintainMain.maintain(Map.of(
                    "WEFT_MIGRATE_URL",
                    url,
                    "WEFT_MIGRATE_USER",
                    "weft_owner",
                    "WEFT_MIGRATE_PASSWORD_FILE",
                    passwordFile.toString()));

            assertThat(done).isEqualTo(new Maintenance.Done(0, 0));
            assertThat(contents(statement)).isEqualTo(before);
            assertThat(one(statement, "SELECT count(*)::text FROM audit_entry_default"))
                    .isEqualTo("0");
            assertThat(one(statement, "SELECT count(*)::text FROM audit_pending"))
                    .isEqualTo("40");
        }
    }

    private static String contents(Statement statement) throws SQLException {
        return one(
                statement,
                "SELECT count(*) || ' ' || md5(string_agg(to_jsonb(e)::text, ',' ORDER BY tenant_id, id)) FROM audit_entry e");
    }

    private static String one(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getString(1) : "no row";
        }
    }

    private static OwnerTransactions owner(PooledDatabase database) {
        return new OwnerTransactions(
                database.database().jdbcUrl(), "weft_owner", database.database().password("weft_owner"));
    }

    private static List<String> texts(PooledDatabase database, String query) {
        List<String> texts = new ArrayList<>();
        try (Connection connection = database.database().superuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                texts.add(row.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }
}
