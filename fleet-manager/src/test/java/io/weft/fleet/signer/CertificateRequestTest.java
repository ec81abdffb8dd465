package io.weft.fleet.signer;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.testkit.TestCertificates;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Random;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateRequestTest {
    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1"})
    void curvesOfEnoughStrengthAreAccepted(String curve) throws Exception {
        KeyPair key = ec(curve);

        assertThat(CertificateRequest.read(request(key, key.getPrivate(), "SHA256withECDSA")))
                .isEqualTo(new CertificateRequest.Accepted(key.getPublic(), Keys.fingerprint(key.getPublic())));
    }

    @Test
    void rsaFrom2048BitsIsAcceptedAndBelowIsNot() throws Exception {
        KeyPair strong = rsa(2048);
        KeyPair weak = rsa(1024);

        assertThat(CertificateRequest.read(request(strong, strong.getPrivate(), "SHA256withRSA")))
                .isInstanceOf(CertificateRequest.Accepted.class);
        assertThat(reason(request(weak, weak.getPrivate(), "SHA256withRSA"))).contains("key that is not accepted");
    }

    @Test
    void otherCurvesAndOldHashesAreRefused() throws Exception {
        KeyPair large = ec("secp521r1");
        KeyPair good = ec("secp256r1");
        KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();

        assertThat(reason(request(large, large.getPrivate(), "SHA256withECDSA")))
                .contains("key that is not accepted");
        assertThat(reason(request(good, good.getPrivate(), "SHA1withECDSA"))).contains("algorithm");
        assertThat(reason(request(edwards, edwards.getPrivate(), "Ed25519"))).contains("algorithm");
    }

    @Test
    void aRequestSignedByAnotherKeyIsRefused() {
        KeyPair victim = TestCertificates.key();

        assertThat(reason(request(victim, TestCertificates.key().getPrivate(), "SHA256withECDSA")))
                .contains("not signed by its own key");
    }

    /** A few bits of the encoding are not signed; whatever is read, it never is another key. */
    @Test
    void aChangedByteNeverGetsAnotherKeyAccepted() {
        Random random = new Random(11);
        KeyPair key = TestCertificates.key();
        byte[] good = TestCertificates.signingRequest(key, "CN=x");
        String fingerprint = Keys.fingerprint(key.getPublic());
        for (int attempt = 0; attempt < 2_000; attempt++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
            if (CertificateRequest.read(bad) instanceof CertificateRequest.Accepted accepted) {
                assertThat(accepted.fingerprint())
                        .as("seed 11, attempt %d", attempt)
                        .isEqualTo(fingerprint);
            }
        }
    }

    @Test
    void whatIsNoRequestIsRefused() {
        byte[] good = TestCertificates.signingRequest(TestCertificates.key(), "CN=x");

        assertThat(reason(Arrays.copyOf(good, good.length - 1))).contains("readable");
        assertThat(reason(Arrays.copyOf(good, good.length + 1))).contains("readable");
        assertThat(reason(new byte[] {48, (byte) 0x84, 127, 127, 127, 127})).contains("readable");
        assertThat(reason(new byte[0])).contains("0 bytes");
        assertThat(reason(new byte[CertificateRequest.MAX_BYTES + 1])).contains("4097 bytes");
    }

    private static String reason(byte[] der) {
        return switch (CertificateRequest.read(der)) {
            case CertificateRequest.Refused refused -> refused.reason();
            case CertificateRequest.Accepted accepted -> "accepted " + accepted.fingerprint();
        };
    }

    private static KeyPair ec(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve), new SecureRandom());
        return generator.generateKeyPair();
    }

    private static KeyPair rsa(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static byte[] request(KeyPair key, PrivateKey signer, String algorithm) {
        try {
            return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=x"), key.getPublic())
                    .build(new JcaContentSignerBuilder(algorithm).build(signer))
                    .getEncoded();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
