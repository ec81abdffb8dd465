package io.weft.kit.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SealingKeyTest {
    /** RFC 8032, section 7.1, test 1. */
    private static final String SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    private static final String PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    @Test
    void thePublicKeyIsThatOfTheStandard() {
        byte[] spki = SealingKey.of(HexFormat.of().parseHex(SEED)).publicKey();

        assertThat(HexFormat.of().formatHex(spki)).isEqualTo("302a300506032b6570032100" + PUBLIC);
    }

    @Test
    void whatItSignsVerifiesWithItsOwnKeyAlone() {
        SealingKey key = Ledger.key(1);
        SealingKey other = Ledger.key(2);
        byte[] signature = key.sign("said");

        assertThat(SealKeys.signed(SealKeys.read(key.id(), key.publicKey()).orElseThrow(), "said", signature))
                .isTrue();
        assertThat(SealKeys.signed(SealKeys.read(key.id(), key.publicKey()).orElseThrow(), "Said", signature))
                .isFalse();
        assertThat(SealKeys.signed(SealKeys.read(other.id(), other.publicKey()).orElseThrow(), "said", signature))
                .isFalse();
        assertThat(SealKeys.read(key.id(), other.publicKey()))
                .as("an id is the key's own digest")
                .isEmpty();
    }

    @Test
    void takesExactly32BytesAndShowsNone() {
        assertThatThrownBy(() -> SealingKey.of(new byte[31])).hasMessageContaining("31 bytes");
        assertThat(Ledger.key(1).toString())
                .isEqualTo("SealingKey[" + Ledger.key(1).id() + "]");
    }
}
