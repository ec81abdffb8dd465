package io.weft.kit.seal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.weft.kit.audit.Audit;
import io.weft.kit.audit.AuditEntry;
import io.weft.kit.audit.AuditEntry.ActorKind;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.PooledDatabase;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An organisation's audit log: written, sealed and checked as the services do, and tampered with as its owner can. */
final class Ledger {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    final TenantId tenant;
    final Sealer sealer;
    private final PooledDatabase database;
    private final TenantTransactions transactions;

    /** A new organisation; the pool logs in as {@code weft_upgrade}. */
    Ledger(PooledDatabase database) {
        this(database, key(1));
    }

    Ledger(PooledDatabase database, SealingKey key) {
        this.database = database;
        this.transactions = database.transactions();
        this.tenant = new TenantId(database.database().tenant("ledger-" + NUMBER.incrementAndGet()));
        this.sealer = new Sealer(key);
        publish(sealer);
    }

    static SealingKey key(int seed) {
        byte[] bytes = new byte[SealingKey.BYTES];
        new Random(seed).nextBytes(bytes);
        return SealingKey.of(bytes);
    }

    void publish(Sealer made) {
        transactions.platform(tx -> {
            made.publishKey(tx);
            return true;
        });
    }

    static void record(TenantTx tx, String target) {
        Audit.record(
                tx,
                AuditEntry.of(ActorKind.API_KEY, "key_1", "cluster.update", "cluster", target)
                        .withGenerations(1L, 2L)
                        .withDetail(JsonNodeFactory.instance.objectNode().put("name", "\"ä\" \n " + target)));
    }

    /** Entries one after the other, each in a transaction of its own. */
    void write(int entries) {
        for (int i = 0; i < entries; i++) {
            String target = "clu_" + i;
            transactions.in(tenant, tx -> {
                record(tx, target);
                return true;
            });
        }
    }

    int seal() {
        return seal(sealer);
    }

    int seal(Sealer by) {
        return transactions.in(tenant, by::seal);
    }

    /** Writes and seals a number of times. */
    void writeAndSeal(int seals, int entriesEach) {
        for (int i = 0; i < seals; i++) {
            write(entriesEach);
            seal();
        }
    }

    SealCheck.Found check() {
        return check(new SealRange(null, null, null), trustAll());
    }

    SealCheck.Found check(SealRange range, SealTrust trust) {
        return transactions.inSnapshot(tenant, tx -> SealCheck.check(tx, range, trust));
    }

    SealCheck.State state() {
        return transactions.inSnapshot(tenant, SealCheck::state);
    }

    Optional<SealFault> knownHead(long number, String digest) {
        return transactions.inSnapshot(tenant, tx -> SealCheck.knownHead(tx, number, digest));
    }

    static SealTrust trustAll() {
        return new SealTrust(Optional.empty(), Instant.MIN);
    }

    static SealTrust trustOnly(String keyId) {
        return new SealTrust(Optional.of(Set.of(keyId)), Instant.MIN);
    }

    /** What the owner of the tables can do: row security binds it to the organisation that it names, and to nothing else. */
    void asOwner(String... statements) {
        try (Connection connection =
                database.database().dataSource("weft_owner").getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement enter = connection.prepareStatement("SELECT set_config('app.tenant', ?, true)")) {
                enter.setString(1, tenant.toString());
                enter.execute();
            }
            for (String sql : statements) {
                try (Statement statement = connection.createStatement()) {
                    if (statement.executeUpdate(sql) == 0) {
                        throw new IllegalStateException("It changed nothing: " + sql);
                    }
                }
            }
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException("The owner was refused: " + String.join("; ", statements), e);
        }
    }

    @Nullable
    String one(String sql) {
        return transactions.in(tenant, tx -> tx.first(String.class, sql).orElse(null));
    }
}
