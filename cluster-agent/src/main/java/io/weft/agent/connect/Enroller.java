package io.weft.agent.connect;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.weft.protocol.v1.AgentGrpc;
import io.weft.protocol.v1.ChallengeReply;
import io.weft.protocol.v1.ChallengeRequest;
import io.weft.protocol.v1.EnrolRequest;
import io.weft.protocol.v1.EnrolmentGrpc;
import io.weft.protocol.v1.RenewExpiredRequest;
import io.weft.protocol.v1.RenewRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The ways to a certificate: join token, proof of the current key, proof of an expired one. */
final class Enroller {
    private static final int ANSWER_SECONDS = 15;
    private static final int MAX_TOKEN = 512;

    private final Gateway gateway;
    private final String clusterId;
    private final String clusterUid;
    private final Path tokenFile;

    Enroller(Gateway gateway, String clusterId, String clusterUid, Path tokenFile) {
        this.gateway = gateway;
        this.clusterId = clusterId;
        this.clusterUid = clusterUid;
        this.tokenFile = tokenFile;
    }

    /** Hash of the mounted join token, empty where none is mounted. */
    Optional<String> tokenHash() {
        return token().map(Enroller::hash);
    }

    /** Exchanges the join token for a first certificate. Throws StatusRuntimeException as the protocol says. */
    Identity enrol() {
        String token = token().orElseThrow(() -> new IllegalStateException("no join token in " + tokenFile
                + ": create Secret weft-join with a token of this cluster, as the install lines do"));
        KeyPair keys = Keys.create();
        EnrolRequest request = EnrolRequest.newBuilder()
                .setToken(token)
                .setClusterId(clusterId)
                .setCsrDer(ByteString.copyFrom(Keys.request(keys)))
                .setClusterUid(clusterUid)
                .build();
        return without(
                channel -> Identity.of(clusterId, keys, enrolment(channel).enrol(request), hash(token)));
    }

    /** A new key and certificate over the connection of the current one. */
    Identity renew(ManagedChannel channel, Identity current) {
        KeyPair keys = Keys.create();
        RenewRequest request = RenewRequest.newBuilder()
                .setCsrDer(ByteString.copyFrom(Keys.request(keys)))
                .build();
        return Identity.of(
                clusterId,
                keys,
                AgentGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                        .renew(request),
                current.tokenHash());
    }

    /** A new key and certificate by proof of the expired one's key (D28). */
    Identity renewExpired(Identity expired) {
        KeyPair keys = Keys.create();
        byte[] request = Keys.request(keys);
        ByteString leaf = der(expired);
        return without(channel -> {
            ChallengeReply challenge = enrolment(channel)
                    .challenge(ChallengeRequest.newBuilder()
                            .setExpiredCertificateDer(leaf)
                            .build());
            byte[] nonce = challenge.getNonce().toByteArray();
            RenewExpiredRequest proof = RenewExpiredRequest.newBuilder()
                    .setExpiredCertificateDer(leaf)
                    .setNonce(challenge.getNonce())
                    .setSignature(ByteString.copyFrom(Keys.sign(expired.key(), nonce, request)))
                    .setCsrDer(ByteString.copyFrom(request))
                    .setClusterUid(clusterUid)
                    .build();
            return Identity.of(clusterId, keys, enrolment(channel).renewExpired(proof), expired.tokenHash());
        });
    }

    private Identity without(Function<ManagedChannel, Identity> call) {
        ManagedChannel channel = gateway.channel(null);
        try {
            return call.apply(channel);
        } finally {
            channel.shutdownNow();
        }
    }

    private static EnrolmentGrpc.EnrolmentBlockingStub enrolment(ManagedChannel channel) {
        return EnrolmentGrpc.newBlockingStub(channel).withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private Optional<String> token() {
        try {
            String token = Files.isReadable(tokenFile)
                    ? Files.readString(tokenFile, StandardCharsets.US_ASCII).strip()
                    : "";
            return token.isEmpty() || token.length() > MAX_TOKEN ? Optional.empty() : Optional.of(token);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static ByteString der(Identity identity) {
        try {
            return ByteString.copyFrom(identity.leaf().getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate cannot be encoded", e);
        }
    }
}
