package io.weft.kit.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.kit.id.PublicId;
import io.weft.kit.id.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SealStatementTest {
    private static final Instant TIME = Instant.parse("2026-11-26T19:40:00.000123Z");
    private static final TenantId ACME = new TenantId(new UUID(1, 2));
    private static final String ORGANISATION = PublicId.format("org", ACME.value());
    private static final String ENTRY = PublicId.format("aud", new UUID(3, 4));
    private static final SealStatement STATEMENT = new SealStatement(
            ACME,
            7,
            TIME,
            "a".repeat(64),
            "b".repeat(64),
            List.of(new SealStatement.Leaf("c".repeat(64), new UUID(3, 4), TIME.minusSeconds(5))));

    @Test
    void isTextThatAShellCanRead() {
        assertThat(STATEMENT.text())
                .isEqualTo("""
                weft-audit-seal 1
                organisation %s
                number 7
                time 2026-11-26T19:40:00.000123Z
                previous %s
                key %s
                entries 1
                %s %s 2026-11-26T19:39:55.000123Z
                """.formatted(ORGANISATION, "a".repeat(64), "b".repeat(64), "c".repeat(64), ENTRY));
    }

    @Test
    void readsBackAndRefusesWhatIsWrittenOtherwise() {
        String text = STATEMENT.text();

        assertThat(SealStatement.parse(text)).isEqualTo(STATEMENT);
        for (String wrong : List.of(
                "",
                text.strip(),
                text.replace("number 7", "number 07"),
                text.replace("entries 1", "entries 2"),
                text.replace("seal 1", "seal 2"),
                text.replace("time ", "at "),
                text.replace("2026-11", "2026-13"),
                text + "one more\n")) {
            assertThatThrownBy(() -> SealStatement.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anEntryIsOneLineWhateverItHolds() {
        SealedEntry entry = new SealedEntry(
                new UUID(3, 4), TIME, "apiKey", "key_\"1\n", "a.b", "a", "t", null, 2L, "{\"x\": \"\\n\"}", null);

        assertThat(entry.line(ACME))
                .isEqualTo("{\"id\":\"" + ENTRY + "\",\"organisation\":\"" + ORGANISATION + "\","
                        + "\"time\":\"2026-11-26T19:40:00.000123Z\",\"actorKind\":\"apiKey\",\"actor\":\"key_\\\"1\\n\","
                        + "\"action\":\"a.b\",\"targetKind\":\"a\",\"targetId\":\"t\",\"generationAfter\":2,"
                        + "\"detail\":{\"x\": \"\\n\"}}");
    }
}
