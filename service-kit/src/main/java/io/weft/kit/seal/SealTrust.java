package io.weft.kit.seal;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What a check believes without proof from the database.
 *
 * @param keys ids of keys that may have signed; empty: every key that the database lists
 * @param removableBefore entries from this time on must be there, whatever the database says was removed
 */
public record SealTrust(Optional<Set<String>> keys, Instant removableBefore) {
    boolean trusts(String keyId) {
        return keys.map(trusted -> trusted.contains(keyId)).orElse(true);
    }
}
