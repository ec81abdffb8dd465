package io.weft.agent;

import io.weft.testkit.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void theAgentSeesNoMeshModelNoHelmAndNoDatabase() {
        ArchitectureRules.check("io.weft.agent");
    }
}
