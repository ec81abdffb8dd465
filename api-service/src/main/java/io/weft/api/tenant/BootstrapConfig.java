package io.weft.api.tenant;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The first organisations of an installation. */
@ConfigMapping(prefix = "weft.bootstrap")
interface BootstrapConfig {
    /** Names of organisations that are to exist; one that does not is created with one admin key. */
    Optional<List<String>> organisations();

    /** Where the key of a created organisation is written, once, as {@code <name>.key} with mode 0600. */
    Optional<Path> keyFolder();
}
