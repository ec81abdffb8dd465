package io.weft.upgrade.seal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealingKeyCheckTest {
    @Test
    void aKeyThatAnybodyMayGuessIsRefusedAndTheSettingNamed(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("audit-seal.key"), new byte[32]);

        assertThat(new SealingKeyCheck(config(file)).dangers())
                .anySatisfy(
                        danger -> assertThat(danger).startsWith("weft.audit-seal.key-file " + file + " holds bytes"));
    }

    private static SealingConfig config(Path file) {
        return new SealingConfig() {
            @Override
            public Path keyFile() {
                return file;
            }

            @Override
            public Duration every() {
                return Duration.ofMinutes(1);
            }
        };
    }
}
