package io.weft.kit.seal;

import io.weft.kit.id.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A seal as it is stored, and what it says if it can be read. */
record Sealed(
        long number,
        Instant time,
        Instant firstTime,
        Instant lastTime,
        int entries,
        String statement,
        String keyId,
        byte[] signature) {
    static final String COLUMNS =
            "SELECT number, time, first_time, last_time, entries, statement, key_id, signature FROM audit_seal ";

    String digest() {
        return Digests.of(statement);
    }

    /** Empty when the text is no statement, or the columns say something else than it does. */
    Optional<SealStatement> read(TenantId tenant) {
        try {
            SealStatement said = SealStatement.parse(statement);
            boolean fits = said.tenant().equals(tenant)
                    && said.number() == number
                    && said.time().equals(time)
                    && said.firstTime().equals(firstTime)
                    && said.lastTime().equals(lastTime)
                    && said.leaves().size() == entries
                    && said.keyId().equals(keyId);
            return fits ? Optional.of(said) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    static List<String> ids(List<SealStatement.Leaf> leaves) {
        return leaves.stream().map(SealStatement.Leaf::publicId).toList();
    }
}
