package io.weft.api.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Adds to the schemas what their records say: which fields are always there, which may be null, and what
 * {@link RequestField} demands of a request. The generator sees names and types only.
 */
final class OpenApiSchemas {
    private final Map<String, Schema> schemas;
    private final Set<String> done = new HashSet<>();

    OpenApiSchemas(Map<String, Schema> schemas) {
        this.schemas = schemas;
    }

    /** Types of the bodies that a method takes and answers, with all that they hold. */
    void describe(Method method) {
        Arrays.stream(method.getGenericParameterTypes()).forEach(type -> describe(type, Map.of()));
        answerTypes(method).forEach(type -> describe(type, Map.of()));
    }

    /** Records that a method answers with. */
    static List<Class<?>> answers(Method method) {
        List<Class<?>> answers = new ArrayList<>();
        answerTypes(method).forEach(type -> answers.add(raw(type)));
        return answers;
    }

    private static Stream<Type> answerTypes(Method method) {
        Stream<Type> named = Arrays.stream(method.getAnnotationsByType(
                        org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema.class))
                .map(org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema::value);
        return Stream.concat(named, Stream.of(method.getGenericReturnType()));
    }

    private static Class<?> raw(Type type) {
        return type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType() : (Class<?>) type;
    }

    /** {@code variables}: what the type variables of the record around stand for. */
    private void describe(Type type, Map<String, Type> variables) {
        if (type instanceof Class<?> || type instanceof ParameterizedType) {
            Class<?> raw = raw(type);
            if (type instanceof ParameterizedType generic && !raw.isRecord()) {
                Arrays.stream(generic.getActualTypeArguments()).forEach(argument -> describe(argument, variables));
            }
            if (raw.isRecord()) {
                record(type, raw, variables);
            }
        } else if (variables.containsKey(type.getTypeName())) {
            describe(variables.get(type.getTypeName()), Map.of());
        }
    }

    private void record(Type type, Class<?> raw, Map<String, Type> variables) {
        String name = name(type, variables);
        if (!done.add(name)) {
            return;
        }
        Map<String, Type> own = bound(type, raw, variables);
        Schema schema = schemas.get(name);
        if (schema != null && schema.getProperties() != null) {
            schema.setRequired(null);
            for (RecordComponent component : raw.getRecordComponents()) {
                field(schema, component, raw);
            }
        }
        for (RecordComponent component : raw.getRecordComponents()) {
            describe(component.getGenericType(), own);
        }
    }

    private static Map<String, Type> bound(Type type, Class<?> raw, Map<String, Type> variables) {
        Map<String, Type> own = new HashMap<>();
        if (type instanceof ParameterizedType generic) {
            for (int i = 0; i < raw.getTypeParameters().length; i++) {
                Type argument = generic.getActualTypeArguments()[i];
                own.put(raw.getTypeParameters()[i].getName(), variables.getOrDefault(argument.getTypeName(), argument));
            }
        }
        return own;
    }

    /** As the generator calls it: the name in its annotation or the record's, then the simple names of its arguments. */
    private static String name(Type type, Map<String, Type> variables) {
        Class<?> raw = raw(type);
        org.eclipse.microprofile.openapi.annotations.media.Schema given =
                raw.getAnnotation(org.eclipse.microprofile.openapi.annotations.media.Schema.class);
        StringBuilder name =
                new StringBuilder(given == null || given.name().isEmpty() ? raw.getSimpleName() : given.name());
        if (type instanceof ParameterizedType generic) {
            for (Type argument : generic.getActualTypeArguments()) {
                name.append(raw(variables.getOrDefault(argument.getTypeName(), argument))
                        .getSimpleName());
            }
        }
        return name.toString();
    }

    private void field(Schema schema, RecordComponent component, Class<?> raw) {
        String name = jsonName(component);
        Schema property = schema.getProperties().get(name);
        if (property == null) {
            return;
        }
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        boolean request = raw.getSimpleName().endsWith("Write") || isPartOfRequest(raw);
        if (!nullable || !(request || leavesNullsOut(raw))) {
            schema.addRequired(name);
        }
        if (nullable && !leavesNullsOut(raw) && !request) {
            schema.addProperty(name, orNull(property));
        }
        RequestField rule = component.getAnnotation(RequestField.class);
        if (rule != null) {
            constrain(property, rule);
        }
    }

    /** A record with rules for requests is one, also where answers hold it again. */
    private static boolean isPartOfRequest(Class<?> raw) {
        return Arrays.stream(raw.getRecordComponents())
                .anyMatch(component -> component.isAnnotationPresent(RequestField.class));
    }

    private static boolean leavesNullsOut(Class<?> raw) {
        JsonInclude include = raw.getAnnotation(JsonInclude.class);
        return include != null && include.value() == JsonInclude.Include.NON_NULL;
    }

    private static String jsonName(RecordComponent component) {
        JsonProperty given = component.getAnnotation(JsonProperty.class);
        if (given == null) {
            given = component.getAccessor().getAnnotation(JsonProperty.class);
        }
        return given == null || given.value().isEmpty() ? component.getName() : given.value();
    }

    private static Schema orNull(Schema property) {
        if (property.getRef() == null && property.getType() != null) {
            List<Schema.SchemaType> types = new ArrayList<>(property.getType());
            types.add(Schema.SchemaType.NULL);
            return property.type(types);
        }
        return OASFactory.createSchema()
                .addAnyOf(property)
                .addAnyOf(OASFactory.createSchema().addType(Schema.SchemaType.NULL));
    }

    private static void constrain(Schema property, RequestField rule) {
        List<Schema.SchemaType> types = property.getType() == null ? List.of() : property.getType();
        if (types.contains(Schema.SchemaType.STRING)) {
            text(property, rule);
        } else if (types.contains(Schema.SchemaType.INTEGER) || types.contains(Schema.SchemaType.NUMBER)) {
            if (rule.min() != Long.MIN_VALUE) {
                property.setMinimum(BigDecimal.valueOf(rule.min()));
            }
            if (rule.max() != Long.MAX_VALUE) {
                property.setMaximum(BigDecimal.valueOf(rule.max()));
            }
        } else if (types.contains(Schema.SchemaType.ARRAY)) {
            property.setMinItems(rule.min() == Long.MIN_VALUE ? null : Math.toIntExact(rule.min()));
            property.setMaxItems(rule.max() == Long.MAX_VALUE ? null : Math.toIntExact(rule.max()));
            if (property.getItems() != null && property.getItems().getRef() == null) {
                text(property.getItems(), rule);
            }
        } else if (types.contains(Schema.SchemaType.OBJECT) && rule.max() != Long.MAX_VALUE) {
            property.setMaxProperties(Math.toIntExact(rule.max()));
        }
    }

    private static void text(Schema property, RequestField rule) {
        property.setMaxLength(rule.label() ? 63 : rule.maxLength());
        if (rule.label()) {
            property.setPattern("^" + TextRules.LABEL.pattern() + "$");
        } else if (!rule.pattern().isEmpty()) {
            property.setPattern("^(" + rule.pattern() + ")$");
        }
        if (rule.oneOf().length > 0) {
            property.setEnumeration(List.of((Object[]) rule.oneOf()));
        }
        if (rule.filled() || rule.label()) {
            property.setMinLength(1);
        }
    }
}
