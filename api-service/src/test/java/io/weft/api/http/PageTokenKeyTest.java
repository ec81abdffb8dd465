package io.weft.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTokenKeyTest {
    @Test
    void aKeyThatAnybodyMayGuessIsRefusedAndTheSettingNamed(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("page-token.key"), new byte[32]);

        assertThat(new PageTokenKey.KeyFileCheck(() -> file).dangers())
                .anySatisfy(
                        danger -> assertThat(danger).startsWith("weft.page-token.key-file " + file + " holds bytes"));
    }
}
