package io.weft.api.http;

import io.quarkus.arc.Unremovable;
import io.smallrye.config.ConfigMapping;
import io.weft.kit.paging.PageTokens;
import io.weft.kit.readiness.KeyFiles;
import io.weft.kit.readiness.ReadinessCheck;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The key that signs page tokens, the same in every process. */
final class PageTokenKey {
    private PageTokenKey() {}

    /** Page tokens. */
    @ConfigMapping(prefix = "weft.page-token")
    interface PageTokenConfig {
        /** A file of exactly 32 random bytes. */
        Path keyFile();
    }

    /** Whoever knows the key can make tokens. */
    @Singleton
    @Unremovable
    static final class KeyFileCheck implements ReadinessCheck {
        private final PageTokenConfig config;

        KeyFileCheck(PageTokenConfig config) {
            this.config = config;
        }

        @Override
        public List<String> dangers() {
            return KeyFiles.dangers("weft.page-token.key-file", config.keyFile(), "no list can be paged");
        }

        @Override
        public String name() {
            return "pageTokenKeyFile";
        }
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
