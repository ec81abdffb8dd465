package io.weft.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CredentialTextTest {
    @Test
    void aNewCredentialIsWellFormedAndTwoDiffer() {
        Random random = new Random(7);
        CredentialText one = CredentialText.create(CredentialText.API_KEY, random);
        CredentialText two = CredentialText.create(CredentialText.API_KEY, random);

        assertThat(CredentialText.wellFormed(one.text())).isTrue();
        assertThat(one.text()).startsWith("weft_sat_").hasSize(58).isNotEqualTo(two.text());
    }

    @Test
    void oneWrongCharacterAnywhereIsNoticed() {
        String text =
                CredentialText.create(CredentialText.JOIN_TOKEN, new Random(7)).text();

        for (int i = "weft_enr_".length(); i < text.length(); i++) {
            char other = text.charAt(i) == 'x' ? 'y' : 'x';
            assertThat(CredentialText.wellFormed(text.substring(0, i) + other + text.substring(i + 1)))
                    .as("position " + i)
                    .isFalse();
        }
        assertThat(CredentialText.wellFormed(text + "x")).isFalse();
        assertThat(CredentialText.wellFormed("")).isFalse();
    }

    @Test
    void itsStringFormHidesIt() {
        CredentialText secret = CredentialText.create(CredentialText.API_KEY, new Random(7));

        assertThat(secret.toString()).doesNotContain(secret.text().substring(9, 20));
    }
}
