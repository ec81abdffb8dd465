package io.weft.api.http;

import io.weft.kit.problem.Problem;
import io.weft.kit.problem.Violation;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The header {@code Content-Digest: sha-256=:<base64>:} (RFC 9530), needed where a body is kept as it is. */
public final class ContentDigest {
    private static final String HEADER = "Content-Digest";
    private static final Pattern FORM = Pattern.compile("(?:.*[,\\s])?sha-256=:([A-Za-z0-9+/]{43}=):.*");

    private ContentDigest() {}

    /**
     * Compares the header with the body; gives {@code sha256:<hex>}.
     *
     * @throws Problem 422 when the header is missing, unreadable or of another body
     */
    public static String verify(@Nullable String header, byte[] body) {
        if (header == null) {
            throw wrong("REQUIRED", "must be sha-256=:<base64>: of the body");
        }
        Matcher matcher = FORM.matcher(header);
        if (!matcher.matches()) {
            throw wrong("INVALID_FORM", "must be sha-256=:<base64>: of the body");
        }
        byte[] digest = sha256(body);
        if (!MessageDigest.isEqual(digest, Base64.getDecoder().decode(matcher.group(1)))) {
            throw wrong(
                    "DIGEST_MISMATCH",
                    "is not that of the body, which has sha-256=:"
                            + Base64.getEncoder().encodeToString(digest)
                            + ":; the upload was damaged or is another file");
        }
        return "sha256:" + HexFormat.of().formatHex(digest);
    }

    private static Problem wrong(String code, String message) {
        return Problem.invalid(List.of(new Violation(HEADER, Violation.Place.HEADER, code, message, null, null, null)));
    }

    private static byte[] sha256(byte[] body) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
