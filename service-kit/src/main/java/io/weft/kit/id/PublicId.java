package io.weft.kit.id;

import java.util.Arrays;
import java.util.UUID;

/** The form of an id that callers see: a type prefix, {@code _}, and 26 lower-case Crockford base32 characters. */
public final class PublicId {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int[] VALUES = values();
    private static final int DIGITS = 26;
    private static final int BITS = 5;
    /** 26 digits hold 130 bits, an id has 128: the first digit is at most 7. */
    private static final int MAX_FIRST_DIGIT = 7;

    private PublicId() {}

    /** For example {@code clu_01m7w2y7m0emq8k9w39qsaekf4}. */
    public static String format(String prefix, UUID id) {
        char[] digits = new char[DIGITS];
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        for (int position = DIGITS - 1; position >= 0; position--) {
            digits[position] = ALPHABET.charAt((int) (low & 31));
            low = (low >>> BITS) | (high << (Long.SIZE - BITS));
            high >>>= BITS;
        }
        return prefix + "_" + new String(digits);
    }

    /**
     * The id behind its public form.
     *
     * @throws InvalidPublicId another prefix, length or character; only the canonical lower-case form is accepted, so
     *     that one object never has two names
     */
    public static UUID parse(String prefix, String text) {
        if (text.length() != prefix.length() + 1 + DIGITS || !text.startsWith(prefix + "_")) {
            throw new InvalidPublicId("must be " + prefix + "_ and " + DIGITS + " characters");
        }
        long high = 0;
        long low = 0;
        for (int position = prefix.length() + 1; position < text.length(); position++) {
            int digit = valueOf(text.charAt(position));
            boolean first = position == prefix.length() + 1;
            if (digit < 0 || (first && digit > MAX_FIRST_DIGIT)) {
                throw new InvalidPublicId("has a character at position " + position + " that no id has there");
            }
            high = (high << BITS) | (low >>> (Long.SIZE - BITS));
            low = (low << BITS) | digit;
        }
        return new UUID(high, low);
    }

    private static int valueOf(char character) {
        return character < VALUES.length ? VALUES[character] : -1;
    }

    private static int[] values() {
        int[] values = new int[128];
        Arrays.fill(values, -1);
        for (int value = 0; value < ALPHABET.length(); value++) {
            values[ALPHABET.charAt(value)] = value;
        }
        return values;
    }

    /** Not a public id. The message completes a sentence that begins with the field's name and never repeats the input. */
    public static final class InvalidPublicId extends IllegalArgumentException {
        InvalidPublicId(String message) {
            super(message);
        }
    }
}
