package io.weft.api.http;

import io.smallrye.config.ConfigMapping;
import io.weft.kit.paging.PageTokens;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The key that signs page tokens, the same in every process. */
final class PageTokenKey {
    private PageTokenKey() {}

    /** Page tokens. */
    @ConfigMapping(prefix = "weft.page-token")
    interface PageTokenConfig {
        /** A file of exactly 32 random bytes. */
        Path keyFile();
    }

    @Produces
    @Singleton
    static PageTokens tokens(PageTokenConfig config) {
        try {
            return new PageTokens(Files.readAllBytes(config.keyFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read weft.page-token.key-file " + config.keyFile() + ": write 32 random bytes to it", e);
        }
    }
}
