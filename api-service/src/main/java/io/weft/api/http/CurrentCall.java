package io.weft.api.http;

import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.Reach;
import jakarta.enterprise.context.RequestScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the filters found out about the request at hand. */
@RequestScoped
public class CurrentCall {
    private String requestId = "";
    private @Nullable Caller caller;
    private Reach reach = Reach.NOWHERE;
    private boolean dryRun;
    private @Nullable String idempotencyKey;
    private @Nullable String ifMatch;
    private @Nullable String ifNoneMatch;
    private String request = "";
    private byte[] body = new byte[0];

    public String requestId() {
        return requestId;
    }

    void requestId(String id) {
        requestId = id;
    }

    /** The verified caller; every REST method runs after the filter that sets it. */
    public Caller caller() {
        if (caller == null) {
            throw Problem.of(ProblemType.UNAUTHENTICATED, "Send Authorization: Bearer weft_...");
        }
        return caller;
    }

    /** Set by the authentication filter alone. */
    public void authenticated(Caller verified) {
        caller = verified;
    }

    /** Where the caller has the permission that the method asks for. */
    public Reach reach() {
        return reach;
    }

    /** Set by the permission filter alone. */
    void permitted(Reach where) {
        reach = where;
    }

    /** The write is to be checked and answered like any other, and to leave nothing behind. */
    public boolean dryRun() {
        return dryRun;
    }

    Optional<String> idempotencyKey() {
        return Optional.ofNullable(idempotencyKey);
    }

    Optional<String> ifMatch() {
        return Optional.ofNullable(ifMatch);
    }

    Optional<String> ifNoneMatch() {
        return Optional.ofNullable(ifNoneMatch);
    }

    void headers(boolean onlyTry, @Nullable String key, @Nullable String match, @Nullable String noneMatch) {
        dryRun = onlyTry;
        idempotencyKey = key;
        ifMatch = match;
        ifNoneMatch = noneMatch;
    }

    /** SHA-256 of method, path and body. */
    byte[] requestHash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(request.getBytes(StandardCharsets.UTF_8));
            return digest.digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Method, path and parameters. */
    void request(String line) {
        request = line;
    }

    /** Told by whoever reads the body, before it judges it. */
    public void requestBody(byte[] bytes) {
        body = bytes.clone();
    }
}
