package io.weft.fleet.signer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileCheckTest {
    @Test
    void aKeyThatAnybodyMayGuessIsRefusedAndTheSettingNamed(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("signer.key"), new byte[KeySeal.KEY_BYTES]);

        assertThat(new KeyFileCheck(config(file)).dangers())
                .anySatisfy(danger -> assertThat(danger).startsWith("weft.signer.key-file " + file + " holds bytes"));
    }

    private static SignerConfig config(Path file) {
        return new SignerConfig() {
            @Override
            public Path keyFile() {
                return file;
            }

            @Override
            public String trustDomain() {
                return "weft.test";
            }
        };
    }
}
