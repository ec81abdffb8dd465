package io.weft.api.access;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A secret as text: kind, 256 random bits and a checksum, {@code weft_sat_<43 base62 characters><6 of CRC-32>}. The
 * fixed beginning lets scanners find leaked ones; the checksum refuses mistyped ones without asking the database. Only
 * the SHA-256 of the whole text is stored.
 */
public record CredentialText(String text) {
    /** Key of a service account. */
    public static final String API_KEY = "weft_sat_";

    /** Token that enrols one agent once. */
    public static final String JOIN_TOKEN = "weft_enr_";

    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final BigInteger BASE = BigInteger.valueOf(DIGITS.length());
    private static final int RANDOM_BYTES = 32;
    private static final int RANDOM_DIGITS = 43;
    private static final int CHECKSUM_DIGITS = 6;
    private static final Pattern FORM = Pattern.compile("weft_[a-z]{3}_[0-9A-Za-z]{49}");

    /** A new secret; {@code random} must be cryptographically strong. */
    public static CredentialText create(String kind, RandomGenerator random) {
        byte[] bits = new byte[RANDOM_BYTES];
        random.nextBytes(bits);
        String body = kind + base62(new BigInteger(1, bits), RANDOM_DIGITS);
        Arrays.fill(bits, (byte) 0);
        return new CredentialText(body + checksum(body));
    }

    /** Whether a caller's text can be a credential at all. */
    public static boolean wellFormed(String text) {
        if (!FORM.matcher(text).matches()) {
            return false;
        }
        int end = text.length() - CHECKSUM_DIGITS;
        return checksum(text.substring(0, end)).equals(text.substring(end));
    }

    public byte[] hash() {
        return hash(text);
    }

    /** SHA-256 of the text's UTF-8 bytes: what the credential index holds. */
    public static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String checksum(String body) {
        CRC32 crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.US_ASCII));
        return base62(BigInteger.valueOf(crc.getValue()), CHECKSUM_DIGITS);
    }

    private static String base62(BigInteger number, int digits) {
        char[] text = new char[digits];
        BigInteger rest = number;
        for (int i = digits - 1; i >= 0; i--) {
            BigInteger[] parts = rest.divideAndRemainder(BASE);
            text[i] = DIGITS.charAt(parts[1].intValue());
            rest = parts[0];
        }
        return new String(text);
    }

    /** Never the secret: records end up in log lines. */
    @Override
    public String toString() {
        return "CredentialText[hidden]";
    }
}
