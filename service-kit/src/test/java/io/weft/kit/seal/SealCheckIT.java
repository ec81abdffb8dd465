package io.weft.kit.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.kit.id.PublicId;
import io.weft.kit.seal.SealFault.Kind;
import io.weft.kit.tenancy.PooledDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way to tamper with the log, done by the owner of the tables, is found; the same log untouched is intact. */
class SealCheckIT {
    private static final PooledDatabase DATABASE = new PooledDatabase("weft_upgrade", 3);
    /** The second of three entries in the third of five seals. */
    private static final String VICTIM =
            "(SELECT e.id FROM audit_entry e, audit_seal s WHERE s.number = 3 AND e.time BETWEEN s.first_time AND s.last_time"
                    + " ORDER BY e.time OFFSET 1 LIMIT 1)";

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    static Stream<Arguments> tampering() {
        return Stream.of(
                tamper("an entry removed", Kind.ENTRIES_MISSING, 3, "DELETE FROM audit_entry WHERE id = " + VICTIM),
                tamper(
                        "an actor changed",
                        Kind.ENTRIES_CHANGED,
                        3,
                        "UPDATE audit_entry SET actor = 'key_2' WHERE id = " + VICTIM),
                tamper(
                        "a number in the detail changed beyond what a double holds",
                        Kind.ENTRIES_CHANGED,
                        3,
                        "UPDATE audit_entry SET detail = detail || '{\"n\": 9007199254740993}' WHERE id = " + VICTIM),
                tamper(
                        "a generation taken away",
                        Kind.ENTRIES_CHANGED,
                        3,
                        "UPDATE audit_entry SET generation_before = NULL WHERE id = " + VICTIM),
                tamper(
                        "a time moved by a microsecond",
                        Kind.ENTRIES_CHANGED,
                        3,
                        "UPDATE audit_entry SET time = time + interval '1 microsecond' WHERE id = " + VICTIM),
                tamper(
                        "two entries put in each other's place",
                        Kind.ENTRIES_CHANGED,
                        3,
                        "UPDATE audit_entry a SET time = b.time FROM (SELECT e.id, (SELECT min(o.time) FROM audit_entry o,"
                                + " audit_seal s WHERE s.number = 3 AND o.time >= s.first_time) AS time FROM audit_entry e"
                                + " WHERE e.id = " + VICTIM + ") b WHERE a.id = b.id"),
                tamper(
                        "an entry added without a seal",
                        Kind.ENTRIES_ADDED,
                        3,
                        "INSERT INTO audit_entry (tenant_id, id, time, actor_kind, actor, action, target_kind, target_id)"
                                + " SELECT tenant_id, gen_random_uuid(), time, 'apiKey', 'key_9', 'a.b', 'a', 'b'"
                                + " FROM audit_entry WHERE id = " + VICTIM),
                tamper(
                        "an entry hidden from the next seal",
                        Kind.ENTRIES_ADDED,
                        6,
                        "INSERT INTO audit_entry (tenant_id, id, actor_kind, actor, action, target_kind, target_id)"
                                + " SELECT tenant_id, gen_random_uuid(), 'apiKey', 'key_9', 'a.b', 'a', 'b'"
                                + " FROM audit_entry LIMIT 1"),
                tamper("a seal removed", Kind.SEALS_MISSING, 3, "DELETE FROM audit_seal WHERE number = 3"),
                tamper("the first seal removed", Kind.SEALS_MISSING, 1, "DELETE FROM audit_seal WHERE number = 1"),
                tamper(
                        "a statement changed",
                        Kind.SEAL_CHANGED,
                        3,
                        "UPDATE audit_seal SET statement = replace(statement, 'number 3', 'number 4') WHERE number = 3"),
                tamper(
                        "a signature changed",
                        Kind.SEAL_CHANGED,
                        3,
                        "UPDATE audit_seal SET signature = set_byte(signature, 0, get_byte(signature, 0) # 1) WHERE number = 3"),
                tamper(
                        "a seal's time changed",
                        Kind.SEAL_CHANGED,
                        3,
                        "UPDATE audit_seal SET time = time + interval '1 hour' WHERE number = 3"),
                tamper(
                        "two seals in each other's place",
                        Kind.SEAL_CHANGED,
                        3,
                        "UPDATE audit_seal SET number = 100 WHERE number = 3",
                        "UPDATE audit_seal SET number = 3 WHERE number = 4",
                        "UPDATE audit_seal SET number = 4 WHERE number = 100"),
                tamper(
                        "an entry and its seal removed, the rest numbered anew",
                        Kind.SEAL_CHANGED,
                        3,
                        "DELETE FROM audit_entry e USING audit_seal s"
                                + " WHERE s.number = 3 AND e.time BETWEEN s.first_time AND s.last_time",
                        "DELETE FROM audit_seal WHERE number = 3",
                        "UPDATE audit_seal SET number = 3 WHERE number = 4",
                        "UPDATE audit_seal SET number = 4 WHERE number = 5"),
                tamper(
                        "the end cut off, entries and seals",
                        Kind.SEALS_MISSING,
                        4,
                        "DELETE FROM audit_entry WHERE time >= (SELECT first_time FROM audit_seal WHERE number = 4)",
                        "DELETE FROM audit_seal WHERE number >= 4"),
                tamper("the head removed", Kind.HEAD_CHANGED, 6, "DELETE FROM audit_head"),
                tamper(
                        "the end cut off and the head set back",
                        Kind.HEAD_CHANGED,
                        3,
                        "DELETE FROM audit_entry WHERE time >= (SELECT first_time FROM audit_seal WHERE number = 4)",
                        "DELETE FROM audit_seal WHERE number >= 4",
                        "UPDATE audit_head h SET number = s.number, signature = s.signature,"
                                + " digest = encode(sha256(convert_to(s.statement, 'UTF8')), 'hex')"
                                + " FROM audit_seal s WHERE s.number = 3"),
                tamper(
                        "everything removed but the head",
                        Kind.SEALS_MISSING,
                        1,
                        "DELETE FROM audit_entry",
                        "DELETE FROM audit_seal"),
                tamper(
                        "a key that nobody knows",
                        Kind.KEY_UNKNOWN,
                        3,
                        "UPDATE audit_seal SET key_id = repeat('0', 64) WHERE number = 3"));
    }

    private static Arguments tamper(String what, Kind kind, int seal, String... statements) {
        return Arguments.of(what, kind, (long) seal, statements);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tampering")
    void whatTheOwnerChangesIsFound(String what, Kind kind, long seal, String[] statements) {
        Ledger ledger = new Ledger(DATABASE);
        ledger.writeAndSeal(5, 3);
        Ledger untouched = new Ledger(DATABASE);
        untouched.writeAndSeal(5, 3);
        assertThat(ledger.check().fault()).as("before").isEmpty();

        ledger.asOwner(statements);

        assertThat(ledger.check().fault()).get().satisfies(fault -> {
            assertThat(fault.kind()).isEqualTo(kind);
            assertThat(fault.seal()).isEqualTo(seal);
        });
        SealCheck.Found control = untouched.check();
        assertThat(control.fault()).as("the other organisation's log").isEmpty();
        assertThat(control.seals()).isEqualTo(5);
        assertThat(control.entries()).isEqualTo(15);
    }

    @Test
    void theEntriesConcernedAreNamed() {
        Ledger ledger = new Ledger(DATABASE);
        ledger.writeAndSeal(5, 3);
        String victim = ledger.one("SELECT " + VICTIM + "::text");
        ledger.asOwner("UPDATE audit_entry SET actor = 'nobody' WHERE id = '" + victim + "'");

        assertThat(ledger.check().fault())
                .get()
                .extracting(SealFault::entries)
                .isEqualTo(List.of(PublicId.format("aud", UUID.fromString(String.valueOf(victim)))));
    }

    @Test
    void anEntryRemovedBeforeItWasSealedIsMissingAfterwards() {
        Ledger ledger = new Ledger(DATABASE);
        ledger.write(3);
        ledger.asOwner(
                "DELETE FROM audit_entry WHERE id = (SELECT id FROM audit_entry ORDER BY time OFFSET 1 LIMIT 1)");

        assertThat(ledger.seal()).isEqualTo(3);
        assertThat(ledger.check().fault()).get().extracting(SealFault::kind).isEqualTo(Kind.ENTRIES_MISSING);
    }

    @Test
    void onlyTrustedKeysCountEvenWhenTheDatabaseListsAnother() {
        SealingKey forger = Ledger.key(9);
        Ledger ledger = new Ledger(DATABASE, forger);
        ledger.writeAndSeal(2, 1);

        assertThat(ledger.check(new SealRange(null, null, null), Ledger.trustOnly(forger.id()))
                        .fault())
                .isEmpty();
        assertThat(ledger.check(
                                new SealRange(null, null, null),
                                Ledger.trustOnly(Ledger.key(1).id()))
                        .fault())
                .get()
                .extracting(SealFault::kind)
                .isEqualTo(Kind.KEY_UNKNOWN);
    }

    @Test
    void aHeadNotedDownElsewhereProvesACutThatTheDatabaseNoLongerShows() {
        Ledger ledger = new Ledger(DATABASE);
        ledger.writeAndSeal(3, 2);
        String[] early = ledger.state().head().orElseThrow().split(":");
        String head = ledger.one("SELECT row_to_json(h)::text FROM audit_head h");
        ledger.writeAndSeal(2, 2);
        String[] noted = ledger.state().head().orElseThrow().split(":");
        assertThat(ledger.knownHead(Long.parseLong(noted[0]), noted[1])).isEmpty();
        assertThat(ledger.knownHead(Long.parseLong(early[0]), early[1])).isEmpty();

        // The owner kept a copy of the head as it was, and puts everything back to that moment.
        ledger.asOwner(
                "DELETE FROM audit_entry WHERE time >= (SELECT first_time FROM audit_seal WHERE number = 4)",
                "DELETE FROM audit_seal WHERE number >= 4",
                "UPDATE audit_head h SET number = o.number, digest = o.digest, signature = o.signature"
                        + " FROM jsonb_populate_record(NULL::audit_head, '" + head + "') o");

        assertThat(ledger.check().fault()).as("consistent in itself").isEmpty();
        assertThat(ledger.knownHead(Long.parseLong(noted[0]), noted[1]))
                .get()
                .extracting(SealFault::kind)
                .isEqualTo(Kind.KNOWN_HEAD_MISSING);
        assertThat(ledger.knownHead(Long.parseLong(early[0]), early[1])).isEmpty();
    }

    @Test
    void aLongLogIsCheckedInPieces() {
        Ledger ledger = new Ledger(DATABASE);
        ledger.writeAndSeal(SealCheck.MOST_SEALS + 5, 1);

        SealCheck.Found first = ledger.check();
        assertThat(first.seals()).isEqualTo(SealCheck.MOST_SEALS);
        assertThat(first.next()).isNotNull();
        SealCheck.Found second = ledger.check(new SealRange(null, null, first.next()), Ledger.trustAll());
        assertThat(second.seals()).isEqualTo(5);
        assertThat(second.next()).isNull();
        assertThat(second.fault()).isEmpty();

        ledger.asOwner("DELETE FROM audit_entry WHERE time = (SELECT first_time FROM audit_seal WHERE number = "
                + (SealCheck.MOST_SEALS + 2) + ")");
        assertThat(ledger.check().fault()).as("the first piece has no fault").isEmpty();
        assertThat(ledger.check(new SealRange(null, null, first.next()), Ledger.trustAll())
                        .fault())
                .get()
                .extracting(SealFault::seal)
                .isEqualTo(SealCheck.MOST_SEALS + 2L);
    }

    @Test
    void aRangeLooksAtItsOwnEntriesOnly() {
        Ledger ledger = new Ledger(DATABASE);
        ledger.writeAndSeal(5, 2);
        Instant third = time(ledger, 3);
        Instant fourth = time(ledger, 4);
        SealRange range = new SealRange(third, fourth, null);
        SealCheck.Found found = ledger.check(range, Ledger.trustAll());
        assertThat(found.seals()).isEqualTo(1);
        assertThat(found.entries()).isEqualTo(2);
        assertThat(found.next()).isNull();
        ledger.asOwner("DELETE FROM audit_entry WHERE time = (SELECT first_time FROM audit_seal WHERE number = 1)");

        assertThat(ledger.check(range, Ledger.trustAll()).fault()).isEmpty();
        assertThat(ledger.check().fault()).isPresent();
    }

    @Test
    void aRangeBehindTheNewestSealHasWhatWaitsAndNothingBeforeIt() {
        Ledger ledger = new Ledger(DATABASE);
        ledger.writeAndSeal(2, 2);
        Instant from = Instant.parse(String.valueOf(
                ledger.one("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")));
        SealRange range = new SealRange(from, null, null);
        ledger.write(1);

        SealCheck.Found found = ledger.check(range, Ledger.trustAll());
        assertThat(found.fault()).isEmpty();
        assertThat(found.seals()).isZero();
        ledger.asOwner("DELETE FROM audit_pending");
        assertThat(ledger.check(range, Ledger.trustAll()).fault())
                .get()
                .extracting(SealFault::kind, SealFault::seal)
                .containsExactly(Kind.ENTRIES_ADDED, 3L);
    }

    @Test
    void aSealThatNobodySignedCoversNoEntryOfARange() {
        Ledger ledger = new Ledger(DATABASE);
        ledger.writeAndSeal(5, 2);
        Instant third = time(ledger, 3);
        SealRange range = new SealRange(third, time(ledger, 4), null);
        UUID forged = new UUID(1, 2);
        SealStatement statement = new SealStatement(
                ledger.tenant,
                9,
                third,
                "0".repeat(64),
                Ledger.key(1).id(),
                List.of(new SealStatement.Leaf("0".repeat(64), forged, third)));
        ledger.asOwner(
                "INSERT INTO audit_entry (tenant_id, id, time, actor_kind, actor, action, target_kind, target_id) VALUES ('"
                        + ledger.tenant + "', '" + forged + "', '" + third + "', 'apiKey', 'key_9', 'a.b', 'a', 'b')",
                "INSERT INTO audit_seal SELECT tenant_id, 9, '" + third + "', '" + third + "', '" + third + "', 1, '"
                        + statement.text() + "', key_id, signature FROM audit_seal WHERE number = 3");

        assertThat(ledger.check(range, Ledger.trustAll()).fault())
                .get()
                .extracting(SealFault::kind, SealFault::count)
                .containsExactly(Kind.ENTRIES_ADDED, 1);
    }

    @Test
    void anEntryBehindTenThousandOthersIsFoundToo() {
        LedgerOfMonths ledger = new LedgerOfMonths(DATABASE);
        Instant begin = Instant.parse("2026-01-15T12:00:00Z");
        ledger.writeAt(begin, SealCheck.MOST_ENTRIES + 500);
        for (int i = 0; i < 11; i++) {
            ledger.seal();
        }
        assertThat(ledger.verdict(Instant.MIN)).isEqualTo("intact, 10000 entries, 0 removed");

        ledger.asOwner(
                "INSERT INTO audit_entry (tenant_id, id, time, actor_kind, actor, action, target_kind, target_id)"
                        + " SELECT tenant_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff', last_time, 'apiKey', 'key_9', 'a.b', 'a', 'b'"
                        + " FROM audit_seal WHERE number = 10");

        assertThat(ledger.verdict(Instant.MIN)).isEqualTo("broken at 10: ENTRIES_ADDED");
    }

    private static Instant time(Ledger ledger, int seal) {
        return Instant.parse(String.valueOf(ledger.one(
                "SELECT to_char(first_time AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM audit_seal WHERE number = "
                        + seal)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"weft_api", "weft_fleet", "weft_upgrade"})
    void aServicesLoginCannotChangeWhatIsWritten(String login) throws SQLException {
        Ledger ledger = new Ledger(DATABASE);
        ledger.writeAndSeal(1, 1);
        for (String sql : List.of(
                "UPDATE audit_entry SET actor = 'x'",
                "DELETE FROM audit_entry",
                "TRUNCATE audit_entry",
                "UPDATE audit_seal SET number = 9",
                "DELETE FROM audit_seal",
                "TRUNCATE audit_seal",
                "DELETE FROM audit_head",
                "UPDATE audit_key SET public_key = ''",
                "DELETE FROM audit_key",
                "INSERT INTO audit_removal (before) VALUES (now())",
                "SELECT audit_entry_drop_before('2030-01-01')")) {
            try (Connection connection = DATABASE.database().dataSource(login).getConnection();
                    Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.execute(sql))
                        .as(login + ": " + sql)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                refused -> assertThat(refused.getSQLState()).isEqualTo("42501"));
            }
        }
        assertThat(ledger.check().fault()).isEmpty();
    }
}
