package io.weft.kit.seal;

import io.weft.kit.id.PublicId;
import io.weft.kit.id.TenantId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a seal signs, as lines of text that a shell can read: six of {@code name value}, then one per entry,
 * {@code <SHA-256> <id> <time>}.
 *
 * @param number counts the organisation's seals from 1
 * @param time of sealing, the database's
 * @param previous SHA-256 of the statement before; zeros for the first
 * @param keyId SHA-256 of the public key
 * @param leaves its entries, by time and id
 */
record SealStatement(TenantId tenant, long number, Instant time, String previous, String keyId, List<Leaf> leaves) {
    private static final String TITLE = "weft-audit-seal 1";
    private static final int HEADER_LINES = 7;
    private static final int HEX = 64;

    SealStatement {
        leaves = List.copyOf(leaves);
    }

    /** One entry; the digest is {@link Digests#NONE} if it was gone already. */
    record Leaf(String digest, UUID id, Instant time) {
        String publicId() {
            return PublicId.format(SealedEntry.PREFIX, id);
        }
    }

    String text() {
        StringBuilder text = new StringBuilder(256 + leaves.size() * 128);
        text.append(TITLE).append('\n');
        line(text, "organisation", PublicId.format(SealedEntry.ORGANISATION, tenant.value()));
        line(text, "number", Long.toString(number));
        line(text, "time", SealTime.text(time));
        line(text, "previous", previous);
        line(text, "key", keyId);
        line(text, "entries", Integer.toString(leaves.size()));
        for (Leaf leaf : leaves) {
            line(text, leaf.digest(), leaf.publicId() + " " + SealTime.text(leaf.time()));
        }
        return text.toString();
    }

    Instant firstTime() {
        return leaves.stream().map(Leaf::time).min(Instant::compareTo).orElse(time);
    }

    Instant lastTime() {
        return leaves.stream().map(Leaf::time).max(Instant::compareTo).orElse(time);
    }

    /**
     * The statement that a text is.
     *
     * @throws IllegalArgumentException it is none
     */
    static SealStatement parse(String text) {
        try {
            String[] lines = text.split("\n", -1);
            if (lines.length <= HEADER_LINES || !lines[0].equals(TITLE) || !lines[lines.length - 1].isEmpty()) {
                throw new IllegalArgumentException("is no statement of an audit seal");
            }
            List<Leaf> leaves = new ArrayList<>();
            for (int i = HEADER_LINES; i < lines.length - 1; i++) {
                leaves.add(leaf(lines[i]));
            }
            SealStatement statement = new SealStatement(
                    new TenantId(PublicId.parse(SealedEntry.ORGANISATION, value(lines[1], "organisation"))),
                    Long.parseLong(value(lines[2], "number")),
                    Instant.parse(value(lines[3], "time")),
                    value(lines[4], "previous"),
                    value(lines[5], "key"),
                    leaves);
            if (!statement.text().equals(text)) {
                throw new IllegalArgumentException("is not written as statements are");
            }
            return statement;
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("holds a time that is none", e);
        }
    }

    private static Leaf leaf(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 3 || words[0].length() != HEX) {
            throw new IllegalArgumentException("holds a line that names no entry");
        }
        return new Leaf(words[0], PublicId.parse(SealedEntry.PREFIX, words[1]), Instant.parse(words[2]));
    }

    private static String value(String line, String name) {
        if (!line.startsWith(name + " ")) {
            throw new IllegalArgumentException("has no " + name + " where it belongs");
        }
        return line.substring(name.length() + 1);
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append(' ').append(value).append('\n');
    }
}
