package io.weft.api.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weft.kit.seal.SealCheck;
import io.weft.kit.seal.SealFault;
import io.weft.kit.wire.WireNames;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a piece of the log is, compared with its seals.
 *
 * @param verdict {@code intact} or {@code broken}, of this piece
 * @param sealedThrough time of the latest sealed entry of the whole log, {@code lastSealTime} when that was
 * @param head number and digest of the newest seal; noted down elsewhere, it comes back as {@code knownHead}
 * @param sealsChecked in this piece, with {@code entriesChecked} entries recomputed
 * @param entriesRemoved sealed entries of this piece whose month was removed by retention, {@code removedBefore} says up to when
 * @param entriesPending entries of the whole log that wait for their seal, counted up to 100,000, since {@code oldestPending}
 * @param keys that signed the seals of this piece
 * @param nextPageToken where the check goes on; null: the range is done, or broken
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VerificationView(
        String verdict,
        @Nullable Instant sealedThrough,
        @Nullable Instant lastSealTime,
        @Nullable String head,
        long sealsChecked,
        long entriesChecked,
        long entriesRemoved,
        @Nullable Instant removedBefore,
        long entriesPending,
        @Nullable Instant oldestPending,
        List<String> keys,
        @Nullable SealFaultView firstBroken,
        @Nullable String nextPageToken) {

    /**
     * The first place that is wrong.
     *
     * @param seal number of the seal
     * @param entries at most 20 of {@code entryCount}
     */
    public record SealFaultView(long seal, String reason, String message, int entryCount, List<String> entries) {
        static SealFaultView of(SealFault fault) {
            String kind = WireNames.of(fault.kind());
            return new SealFaultView(
                    fault.seal(),
                    kind.substring(0, 1).toUpperCase(Locale.ROOT) + kind.substring(1),
                    fault.message(),
                    fault.count(),
                    fault.entries());
        }
    }

    static VerificationView of(
            SealCheck.State state, SealCheck.Found found, Optional<SealFault> fault, @Nullable String next) {
        return new VerificationView(
                fault.isPresent() ? "broken" : "intact",
                state.sealedThrough().orElse(null),
                state.sealTime().orElse(null),
                state.head().orElse(null),
                found.seals(),
                found.entries(),
                found.removed(),
                found.removedBefore().orElse(null),
                state.pending(),
                state.oldestPending().orElse(null),
                found.keys().stream().sorted().toList(),
                fault.map(SealFaultView::of).orElse(null),
                next);
    }
}
