package io.weft.kit.paging;

import io.weft.kit.id.TenantId;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs page tokens: a token is good for the organisation and the filters it was made for, and nothing else. */
public final class PageTokens {
    private static final int KEY_BYTES = 32;
    private static final int PAYLOAD_BYTES = Long.BYTES + 2 * Long.BYTES;
    private static final int SIGNATURE_BYTES = 32;
    private static final int TOKEN_CHARACTERS = 75; // base64url of 56 bytes, without padding
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final SecretKeySpec key;

    /**
     * Tokens signed with a key.
     *
     * @param key 32 random bytes, the same in every process
     */
    public PageTokens(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("The page token key has " + key.length + " bytes, needs " + KEY_BYTES);
        }
        this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    /**
     * A token for the page after a row.
     *
     * @param filters every parameter of the list except page size and token, in one canonical text
     */
    public String after(Position last, TenantId tenant, String filters) {
        byte[] payload = ByteBuffer.allocate(PAYLOAD_BYTES)
                .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, last.createTime()))
                .putLong(last.id().getMostSignificantBits())
                .putLong(last.id().getLeastSignificantBits())
                .array();
        byte[] token = Arrays.copyOf(payload, PAYLOAD_BYTES + SIGNATURE_BYTES);
        System.arraycopy(sign(payload, tenant, filters), 0, token, PAYLOAD_BYTES, SIGNATURE_BYTES);
        return ENCODER.encodeToString(token);
    }

    /**
     * The row that a token continues after.
     *
     * @throws Problem {@code PAGE_TOKEN_INVALID}
     */
    public Position read(String token, TenantId tenant, String filters) {
        byte[] bytes = decode(token);
        byte[] payload = Arrays.copyOf(bytes, PAYLOAD_BYTES);
        byte[] signature = Arrays.copyOfRange(bytes, PAYLOAD_BYTES, bytes.length);
        if (!MessageDigest.isEqual(signature, sign(payload, tenant, filters))) {
            throw invalid();
        }
        ByteBuffer buffer = ByteBuffer.wrap(payload);
        Instant createTime = Instant.EPOCH.plus(buffer.getLong(), ChronoUnit.MICROS);
        return new Position(createTime, new UUID(buffer.getLong(), buffer.getLong()));
    }

    private static byte[] decode(String token) {
        if (token.length() != TOKEN_CHARACTERS) {
            throw invalid();
        }
        try {
            return Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException _) {
            throw invalid();
        }
    }

    private byte[] sign(byte[] payload, TenantId tenant, String filters) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(payload);
            mac.update(tenant.toString().getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(filters.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HmacSHA256", e);
        }
    }

    private static Problem invalid() {
        return Problem.of(
                ProblemType.PAGE_TOKEN_INVALID,
                "A page token continues the list it came from, with the same parameters: begin again without one");
    }

    /** Where a page ends: lists are ordered by creation time, then id. */
    public record Position(Instant createTime, UUID id) {}
}
