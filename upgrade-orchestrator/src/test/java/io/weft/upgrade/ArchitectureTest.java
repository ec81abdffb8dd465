package io.weft.upgrade;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.weft.testkit.ArchitectureRules;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses DECISION = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.weft.upgrade.decision");

    @Test
    void theModuleSeesOnlyWhatItMay() {
        ArchitectureRules.check("io.weft.upgrade");
    }

    @Test
    void theDecisionIsPure() {
        classes()
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                "io.weft.upgrade.decision..",
                                "java.lang..",
                                "java.util..",
                                "java.time..",
                                "java.math..",
                                "org.jspecify..")
                        .or(arraysOfPrimitives()))
                .check(DECISION);
    }

    private static DescribedPredicate<JavaClass> arraysOfPrimitives() {
        return DescribedPredicate.describe(
                "are primitive", type -> type.getBaseComponentType().isPrimitive());
    }

    @Test
    void theDecisionHasNoClockAndNoChance() {
        noClasses()
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .dependOnClassesThat(resideInAnyPackage("java.util.random.."))
                .check(DECISION);
    }
}
