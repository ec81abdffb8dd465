package io.weft.kit.seal;

import java.util.List;

/**
 * What is wrong at one place of the log, the first such place.
 *
 * @param seal number of the seal where it shows
 * @param entries public ids concerned, at most {@link #MOST_NAMED}
 * @param count how many entries are concerned
 */
public record SealFault(long seal, Kind kind, String message, List<String> entries, int count) {
    static final int MOST_NAMED = 20;

    public SealFault {
        entries = List.copyOf(entries);
    }

    /** Kinds of faults. */
    public enum Kind {
        ENTRIES_MISSING,
        ENTRIES_CHANGED,
        ENTRIES_ADDED,
        SEALS_MISSING,
        SEAL_CHANGED,
        CHAIN_BROKEN,
        KEY_UNKNOWN,
        HEAD_CHANGED,
        KNOWN_HEAD_MISSING
    }

    static SealFault of(long seal, Kind kind, String message) {
        return new SealFault(seal, kind, message, List.of(), 0);
    }

    static SealFault ofEntries(long seal, Kind kind, String what, List<String> ids) {
        return new SealFault(
                seal,
                kind,
                ids.size() + " of its entries " + what,
                ids.subList(0, Math.min(MOST_NAMED, ids.size())),
                ids.size());
    }
}
