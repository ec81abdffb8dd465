package io.weft.upgrade.seal;

import io.weft.kit.seal.Sealer;
import io.weft.kit.seal.SealingKey;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/** One look at an organisation's log. */
@Singleton
final class Sealing {
    /** Work kind; the object is the organisation itself. */
    static final String SEAL = "auditSeal";

    private static final Logger LOG = Logger.getLogger(Sealing.class);

    private final Duration every;
    private final SealingKey key;
    private final Sealer sealer;

    @Inject
    Sealing(SealingConfig config) {
        this(read(config.keyFile()), config.every());
    }

    Sealing(SealingKey key, Duration every) {
        this.every = every;
        this.key = key;
        this.sealer = new Sealer(key);
    }

    private static SealingKey read(Path file) {
        try {
            return SealingKey.of(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException("weft.audit-seal.key-file: cannot read " + file, e);
        }
    }

    /** The name of the public key goes to the log: to be noted down where the database's owner does not write. */
    void publishKey(TenantTransactions transactions) {
        transactions.platform(tx -> {
            sealer.publishKey(tx);
            return true;
        });
        LOG.infof("auditSeal.key id=%s", key.id());
    }

    /** Seals what is there; gives the time of the next look, which is now while there may be more. */
    Optional<Instant> look(TenantTx tx, UUID organisation) {
        int sealed = sealer.seal(tx);
        if (sealed > 0) {
            LOG.debugf("auditSeal.sealed organisation=%s entries=%d", organisation, sealed);
        }
        return Optional.of(sealed < Sealer.MOST_ENTRIES ? tx.now().plus(every) : tx.now());
    }

    /** Has organisations looked at that nobody looks at yet. */
    static void schedule(TenantTransactions transactions) {
        transactions.platform(tx -> tx.update("""
                INSERT INTO due_work (kind, tenant_id, object_id, due_time, reason)
                SELECT ?, id, id, now(), 'organisation' FROM tenant ON CONFLICT DO NOTHING
                """, SEAL));
    }
}
