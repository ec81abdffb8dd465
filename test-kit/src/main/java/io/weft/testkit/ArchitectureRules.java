package io.weft.testkit;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the modules may see of each other and of the outside; one call per module. */
public final class ArchitectureRules {
    private static final String KAFKA = "org.apache.kafka..";
    private static final String KUBERNETES = "io.fabric8..";
    private static final String HELM = "com.marcnuri.helm..";
    private static final String[] DATABASE = {
        "java.sql..",
        "javax.sql..",
        "jakarta.persistence..",
        "jakarta.transaction..",
        "org.hibernate..",
        "io.agroal..",
        "io.quarkus.narayana..",
        "org.postgresql.."
    };

    private static final Map<String, List<String>> NEVER_SEEN = Map.of(
            "io.weft.protocol", List.of("io.weft.(*)..", "io.quarkus.."),
            "io.weft.kit", List.of("io.weft.model..", "io.weft.protocol.."),
            "io.weft.api", List.of("io.weft.protocol..", KUBERNETES, KAFKA, HELM, "io.grpc.."),
            "io.weft.fleet", List.of("io.weft.api..", KUBERNETES),
            "io.weft.upgrade", List.of("io.weft.protocol..", KUBERNETES, KAFKA, HELM, "io.grpc.."),
            "io.weft.agent", List.of("io.weft.model..", "io.weft.kit..", HELM, KAFKA, "java.sql.."));

    private ArchitectureRules() {}

    /** Checks the main code below a module's root package, for example {@code io.weft.api}. */
    public static void check(String root) {
        JavaClasses module = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(root);
        Stream.of(seesOnlyItsNeighbours(root), helmOnlyInRender(), kafkaOnlyInTelemetry())
                .forEach(rule -> rule.allowEmptyShould(true).check(module));
        Stream.of(rowsArePackagePrivate(), noVisibleMethodMentionsARow(), databaseOnlyInTenancy())
                .forEach(rule -> rule.allowEmptyShould(true).check(module));
    }

    private static ArchRule seesOnlyItsNeighbours(String root) {
        if (root.equals("io.weft.model")) {
            return classes()
                    .should()
                    .onlyDependOnClassesThat(resideInAnyPackage(
                                    "io.weft.model..",
                                    "java.lang..",
                                    "java.util..",
                                    "java.time..",
                                    "java.math..",
                                    "java.nio.charset..",
                                    "java.security..",
                                    "org.jspecify..")
                            .or(arraysOfPrimitives()))
                    .because("mesh-model is pure: no framework, no I/O, no clock, no chance");
        }
        String[] never = NEVER_SEEN.getOrDefault(root, List.of()).toArray(String[]::new);
        return noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage(never).and(not(resideInAnyPackage(root + ".."))))
                .because("services meet in rows, topics and the agent protocol only");
    }

    private static DescribedPredicate<JavaClass> arraysOfPrimitives() {
        return DescribedPredicate.describe(
                "are primitive", type -> type.getBaseComponentType().isPrimitive());
    }

    private static ArchRule helmOnlyInRender() {
        return noClasses()
                .that(resideOutsideOfPackages("io.weft.fleet.render.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(HELM))
                .because("charts are rendered in one place, in a child process");
    }

    private static ArchRule kafkaOnlyInTelemetry() {
        return noClasses()
                .that(resideOutsideOfPackages("io.weft.fleet.telemetry..", "io.weft.fleet.aggregate.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(KAFKA))
                .because("Kafka carries telemetry and nothing else");
    }

    private static ArchRule rowsArePackagePrivate() {
        return classes()
                .that()
                .haveSimpleNameEndingWith("Row")
                .should()
                .notBePublic()
                .because("a row's shape is its repository's business");
    }

    private static ArchRule noVisibleMethodMentionsARow() {
        return methods()
                .that()
                .arePublic()
                .or()
                .areProtected()
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .should(notMentionARow());
    }

    private static ArchCondition<JavaMethod> notMentionARow() {
        DescribedPredicate<JavaClass> row = DescribedPredicate.<JavaClass>describe(
                "is a row", type -> nameMatching(".*[a-z]Row").test(type.getBaseComponentType()));
        return new ArchCondition<>("not mention a Row class") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                boolean visible = method.getOwner().getModifiers().contains(JavaModifier.PUBLIC);
                boolean mentions = Stream.concat(
                                Stream.of(method.getRawReturnType()), method.getRawParameterTypes().stream())
                        .anyMatch(row);
                if (visible && mentions) {
                    events.add(
                            SimpleConditionEvent.violated(method, method.getDescription() + " mentions a Row class"));
                }
            }
        };
    }

    private static ArchRule databaseOnlyInTenancy() {
        return noClasses()
                .that(resideInAnyPackage("io.weft.kit..", "io.weft.api..", "io.weft.fleet..", "io.weft.upgrade.."))
                .and(resideOutsideOfPackages("io.weft.kit.tenancy.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(DATABASE))
                .because("no tenant, no query: repositories see TenantTx");
    }
}
