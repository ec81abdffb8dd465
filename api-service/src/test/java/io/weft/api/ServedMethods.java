package io.weft.api;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The methods that JAX-RS serves, read from the classes. */
final class ServedMethods {
    private ServedMethods() {}

    /** As {@code GET /api/v1/clusters/{id}}. */
    static Set<String> all() {
        Set<String> served = new TreeSet<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.weft.api")) {
            if (type.isAnnotatedWith(Path.class)) {
                String prefix = "/api" + type.getAnnotationOfType(Path.class).value();
                type.getMethods()
                        .forEach(method -> verbs(method)
                                .forEach(verb -> served.add(verb + " " + prefix
                                        + (method.isAnnotatedWith(Path.class)
                                                ? method.getAnnotationOfType(Path.class)
                                                        .value()
                                                : ""))));
            }
        }
        return served;
    }

    static Stream<String> verbs(JavaMethod method) {
        return method.getAnnotations().stream()
                .filter(annotation -> annotation.getRawType().isAnnotatedWith(HttpMethod.class))
                .map(annotation -> annotation
                        .getRawType()
                        .getAnnotationOfType(HttpMethod.class)
                        .value());
    }
}
