package io.weft.fleet.compile;

import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** What each set of inputs gave, so that an organisation renders equal inputs once, also when it goes back to them. */
@Singleton
class RenderResults {
    /** Layers that a render gave. */
    record Layers(String layerDigest, String crdsDigest) {}

    /** A render that broke off, {@code attempts} times so far. */
    record Broken(int attempts, String message, Instant retryTime) {}

    Optional<Layers> layers(TenantTx tx, String key) {
        return tx.first(
                Layers.class,
                "SELECT layer_digest, crds_digest FROM render WHERE key = ? AND layer_digest IS NOT NULL",
                key);
    }

    Optional<Broken> broken(TenantTx tx, String key) {
        return tx.first(
                Broken.class,
                "SELECT attempts, message, retry_time FROM render WHERE key = ? AND retry_time IS NOT NULL",
                key);
    }

    void gave(TenantTx tx, String key, Layers layers) {
        tx.update("""
                INSERT INTO render (tenant_id, key, layer_digest, crds_digest) VALUES (?, ?, ?, ?)
                ON CONFLICT (tenant_id, key) DO UPDATE
                SET layer_digest = excluded.layer_digest, crds_digest = excluded.crds_digest, attempts = 0, message = '',
                    retry_time = NULL, use_time = now()
                """, tx.tenant(), key, layers.layerDigest(), layers.crdsDigest());
    }

    /** The next try waits 20 s, doubled each time up to ten minutes. */
    void broke(TenantTx tx, String key, String message) {
        tx.update("""
                INSERT INTO render AS r (tenant_id, key, attempts, message, retry_time)
                VALUES (?, ?, 1, ?, now() + interval '20 seconds')
                ON CONFLICT (tenant_id, key) DO UPDATE
                SET attempts = r.attempts + 1, message = excluded.message, use_time = now(),
                    retry_time = now() + LEAST(interval '10 minutes', interval '20 seconds' * 2 ^ LEAST(r.attempts, 10))
                WHERE r.layer_digest IS NULL
                """, tx.tenant(), key, message);
    }

    /** They are in use, and so is not forgotten what they gave. */
    void used(TenantTx tx, Collection<String> keys) {
        tx.update(
                "UPDATE render SET use_time = now() WHERE key = ANY (?::text[]) AND use_time < now() - interval '1 hour'",
                keys);
    }
}
