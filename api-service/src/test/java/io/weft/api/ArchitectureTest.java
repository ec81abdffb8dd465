package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.weft.api.http.Requires;
import io.weft.testkit.ArchitectureRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.weft.api");

    @Test
    void seesOnlyWhatTheTableAllows() {
        ArchitectureRules.check("io.weft.api");
    }

    @Test
    void featurePackagesAreFreeOfCycles() {
        SlicesRuleDefinition.slices()
                .matching("io.weft.api.(*)..")
                .should()
                .beFreeOfCycles()
                .check(MODULE);
    }

    @Test
    void everyMethodOfTheApiNamesAPermission() {
        List<String> without = MODULE.stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(ArchitectureTest::isEndpoint)
                .filter(method -> !method.isAnnotatedWith(Requires.class))
                .map(JavaMethod::getFullName)
                .toList();

        assertThat(without).isEmpty();
        assertThat(MODULE.stream()
                        .flatMap(type -> type.getMethods().stream())
                        .filter(ArchitectureTest::isEndpoint)
                        .count())
                .as("the rule looks at something")
                .isGreaterThan(40);
    }

    private static boolean isEndpoint(JavaMethod method) {
        return ServedMethods.verbs(method).findAny().isPresent();
    }
}
