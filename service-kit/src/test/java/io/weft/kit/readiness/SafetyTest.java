package io.weft.kit.readiness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, and that what is safe is not. */
class SafetyTest {
    private static final Instant NOON = Instant.parse("2026-01-15T12:00:00Z");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "weft_api",
                "WEFT_API",
                "weft-api-1234567",
                "postgres",
                "Postgres-1234!",
                "password",
                "passw-ord 123456",
                "changeme",
                "ChangeMe-20261126",
                "x8Kp2mQ9zR1"
            })
    void anOpenOrWellKnownPasswordIsRefusedAndNotRepeated(String password) {
        List<String> dangers = new DatabasePasswordCheck("weft_api", Optional.of(password)).dangers();

        assertThat(dangers).singleElement().asString().startsWith("quarkus.datasource.password of login weft_api is ");
        if (password.length() > 8 && !password.equalsIgnoreCase("weft_api")) {
            assertThat(dangers.getFirst()).doesNotContain(password);
        }
    }

    @Test
    void aPasswordThatIsNotSetIsRefusedAndARandomOneIsNot() {
        assertThat(new DatabasePasswordCheck("weft_api", Optional.empty()).dangers())
                .singleElement()
                .asString()
                .contains("is empty");
        assertThat(new DatabasePasswordCheck("weft_api", Optional.of("5f0e1c77a9d24be0b1")).dangers())
                .isEmpty();
        assertThat(new DatabasePasswordCheck("weft_api", Optional.of("s3cret words here")).toString())
                .doesNotContain("words");
    }

    @ParameterizedTest
    @CsvSource({
        "180000, true",
        "180006, true",
        "190000, true",
        "170006, true",
        "170005, false",
        "160010, true",
        "160009, false",
        "150014, true",
        "150013, false",
        "140020, false",
        "90624, false"
    })
    void aServerWithoutTheFixesOfRowSecurityIsRefused(int version, boolean safe) {
        assertThat(DatabaseVersionCheck.dangers(version)).hasSize(safe ? 0 : 1);
    }

    @Test
    void aClockThatIsFarOffIsRefusedAndTheTimeOfTheQuestionIsNoFault() {
        Instant later = NOON.plusSeconds(2);

        assertThat(ClockCheck.dangers(NOON, NOON.plusSeconds(1), later)).isEmpty();
        assertThat(ClockCheck.dangers(NOON, NOON.minusSeconds(30), later)).isEmpty();
        assertThat(ClockCheck.dangers(NOON, NOON.minusSeconds(31), later))
                .singleElement()
                .asString()
                .contains("31 s ahead of");
        assertThat(ClockCheck.dangers(NOON, later.plusSeconds(31), later))
                .singleElement()
                .asString()
                .contains("31 s behind");
        assertThat(ClockCheck.dangers(NOON, NOON.plusSeconds(40), NOON.plusSeconds(60)))
                .isEmpty();
    }

    @Test
    void aKeyFileThatIsAbsentShortOpenOrNotRandomIsRefused(@TempDir Path folder) throws Exception {
        byte[] random = new byte[32];
        new Random(1).nextBytes(random);
        byte[] repeated = "0123456789012345678901234567890!".getBytes(StandardCharsets.US_ASCII);

        assertThat(dangers(file(folder, "good", random, "rw-------"))).isEmpty();
        assertThat(dangers(file(folder, "group", random, "rw-r-----"))).isEmpty();
        assertThat(dangers(file(folder, "open", random, "rw-r--r--")))
                .singleElement()
                .asString()
                .contains("chmod 0600");
        assertThat(dangers(file(folder, "short", new byte[31], "rw-------")))
                .singleElement()
                .asString()
                .contains("31 bytes");
        assertThat(dangers(file(folder, "zeros", new byte[32], "rw-------")))
                .singleElement()
                .asString()
                .contains("not random");
        assertThat(dangers(file(folder, "text", repeated, "rw-r--r--"))).hasSize(2);
        assertThat(dangers(folder.resolve("absent")))
                .singleElement()
                .asString()
                .startsWith("weft.a.key-file ")
                .contains("without it nothing works");
    }

    private static List<String> dangers(Path file) {
        return KeyFiles.dangers("weft.a.key-file", file, "nothing works");
    }

    private static Path file(Path folder, String name, byte[] bytes, String rights) throws Exception {
        Path file = Files.write(folder.resolve(name), bytes);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
    }

    @Test
    void anUnsafeStartIsRefusedWithEveryDangerAndTheCheckThatFoundIt() {
        assertThatCode(() -> StartGate.refuseUnsafe(List.of(new NamedCheck(List.of()))))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> StartGate.refuseUnsafe(
                        List.of(new NamedCheck(List.of("one", "two")), new NamedCheck(List.of()))))
                .hasMessageContainingAll("named: one", "named: two");
    }

    @Test
    void healthNamesTheCheckThatRefusesAndTellsNobodyWhy() {
        List<String> dangers = new ArrayList<>();
        SafetyHealth health = new SafetyHealth(List.<ReadinessCheck>of(new NamedCheck(dangers)), Duration.ZERO);
        assertThat(health.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);

        dangers.add("a secret stands open");

        HealthCheckResponse refused = health.call();
        assertThat(refused.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
        assertThat(refused.getData().orElseThrow()).containsOnly(Map.entry("named", "refused"));
    }

    private record NamedCheck(List<String> dangers) implements ReadinessCheck {}
}
