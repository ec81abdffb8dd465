package io.weft.fleet;

import io.weft.testkit.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void theModuleSeesOnlyWhatItMay() {
        ArchitectureRules.check("io.weft.fleet");
    }
}
