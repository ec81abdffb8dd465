package io.weft.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns a JSON tree into a request record and gathers every violation on the way: unknown fields, wrong types, missing
 * fields, {@link RequestField} rules, and the record's own {@link Checked} rules. Jackson's binder stops at the first
 * and speaks of Java types.
 */
final class RecordBinder {
    /** What an answer holds beside what callers write; sent back with a changed spec it is ignored, not unknown. */
    private static final Set<String> READ_ONLY = Set.of("id", "generation", "createTime", "updateTime", "status");

    private final Violations violations;

    RecordBinder(Violations violations) {
        this.violations = violations;
    }

    /**
     * The record that a document describes.
     *
     * @throws io.weft.kit.problem.Problem 422 with every violation
     */
    static <T extends Record> T read(Class<T> type, JsonNode document) {
        Violations violations = new Violations();
        T record = new RecordBinder(violations).bind(type, document);
        violations.throwIfAny();
        if (record == null) {
            throw new IllegalStateException("the binder gave neither a record nor a violation");
        }
        return record;
    }

    /** The record, or null when violations were added. */
    <T extends Record> @Nullable T bind(Class<T> type, JsonNode tree) {
        return type.cast(bound(type, tree, ""));
    }

    private @Nullable Object bound(Class<?> type, JsonNode tree, String path) {
        if (!(tree instanceof ObjectNode object)) {
            violations.body(path, "WRONG_TYPE", "must be an object");
            return null;
        }
        RecordComponent[] components = type.getRecordComponents();
        reportUnknown(components, object, path);
        @Nullable Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            values[i] = component(components[i], object, path);
        }
        return allPresent(components, values) ? checked(construct(type, components, values), path) : null;
    }

    private void reportUnknown(RecordComponent[] components, ObjectNode object, String path) {
        Set<String> known = new HashSet<>();
        Arrays.stream(components).map(RecordComponent::getName).forEach(known::add);
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name) && !(path.isEmpty() && READ_ONLY.contains(name))) {
                violations.body(
                        join(path, name),
                        "UNKNOWN_FIELD",
                        "is not a field here; known are " + String.join(", ", sorted(known)));
            }
        });
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    private @Nullable Object component(RecordComponent component, ObjectNode object, String path) {
        String at = join(path, component.getName());
        JsonNode node = object.get(component.getName());
        if (node == null || node.isNull()) {
            if (!optional(component)) {
                violations.body(at, "REQUIRED", "is missing");
            }
            return null;
        }
        return value(component.getGenericType(), component, node, at);
    }

    /** Rules over several fields run whenever every field could be read, whatever else was wrong with it. */
    private static boolean allPresent(RecordComponent[] components, @Nullable Object[] values) {
        for (int i = 0; i < components.length; i++) {
            if (values[i] == null && !optional(components[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean optional(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private @Nullable Object value(Type type, AnnotatedElement rules, JsonNode node, String at) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return generic.getRawType() == List.class
                    ? list(arguments[0], rules, node, at)
                    : map(arguments[1], rules, node, at);
        }
        Class<?> raw = (Class<?>) type;
        if (raw.isRecord()) {
            return bound(raw, node, at);
        }
        if (raw == String.class) {
            return text(rules, node, at);
        }
        if (raw == ObjectNode.class) {
            return typed(node.isObject(), node, at, "must be an object");
        }
        if (raw == JsonNode.class) {
            return node;
        }
        if (raw == Instant.class) {
            return time(node, at);
        }
        if (raw == Boolean.class || raw == boolean.class) {
            return typed(node.isBoolean(), node.booleanValue(), at, "must be true or false");
        }
        return number(raw, rules, node, at);
    }

    private @Nullable Instant time(JsonNode node, String at) {
        try {
            return OffsetDateTime.parse(node.asText()).toInstant();
        } catch (DateTimeParseException _) {
            violations.body(at, "WRONG_TYPE", "must be a time such as 2026-11-22T03:40:00Z");
            return null;
        }
    }

    private <T> @Nullable T typed(boolean right, T value, String at, String message) {
        if (!right) {
            violations.body(at, "WRONG_TYPE", message);
            return null;
        }
        return value;
    }

    private @Nullable Object number(Class<?> raw, AnnotatedElement rules, JsonNode node, String at) {
        boolean whole = raw == Integer.class || raw == int.class || raw == Long.class || raw == long.class;
        if (!node.isNumber() || (whole && !(node.isIntegralNumber() && node.canConvertToLong()))) {
            violations.body(at, "WRONG_TYPE", whole ? "must be a whole number" : "must be a number");
            return null;
        }
        RequestField rule = rules.getAnnotation(RequestField.class);
        if (rule != null && (node.doubleValue() < rule.min() || node.doubleValue() > rule.max())) {
            violations.body(at, "OUT_OF_RANGE", "must be " + range(rule));
        }
        if (!whole) {
            return node.doubleValue();
        }
        boolean small = raw == Integer.class || raw == int.class;
        if (small && !node.canConvertToInt()) {
            violations.body(at, "OUT_OF_RANGE", "must fit in 32 bits");
            return null;
        }
        return small ? (Object) node.intValue() : (Object) node.longValue();
    }

    private static String range(RequestField rule) {
        if (rule.max() == Long.MAX_VALUE) {
            return "at least " + rule.min();
        }
        return rule.min() == Long.MIN_VALUE ? "at most " + rule.max() : "from " + rule.min() + " to " + rule.max();
    }

    private @Nullable String text(AnnotatedElement rules, JsonNode node, String at) {
        if (!node.isTextual()) {
            violations.body(at, "WRONG_TYPE", "must be a text");
            return null;
        }
        // A text that breaks a rule is kept, so that rules over several fields still see it and report as well.
        TextRules.judge(rules.getAnnotation(RequestField.class), node.textValue(), at, violations);
        return node.textValue();
    }

    private @Nullable List<@Nullable Object> list(Type item, AnnotatedElement rules, JsonNode node, String at) {
        if (!node.isArray()) {
            violations.body(at, "WRONG_TYPE", "must be a list");
            return null;
        }
        countItems(rules, node.size(), at);
        List<@Nullable Object> items = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            items.add(value(item, rules, node.get(i), at + "[" + i + "]"));
        }
        // Rules across items still run when every item could be read.
        return items.contains(null) ? null : Collections.unmodifiableList(items);
    }

    private @Nullable Map<String, @Nullable Object> map(Type item, AnnotatedElement rules, JsonNode node, String at) {
        if (!node.isObject()) {
            violations.body(at, "WRONG_TYPE", "must be an object");
            return null;
        }
        int before = violations.count();
        countItems(rules, node.size(), at);
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        RequestField rule = rules.getAnnotation(RequestField.class);
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String field = at + "[\"" + entry.getKey() + "\"]";
            Object read = value(item, rules, entry.getValue(), field);
            entries.put(entry.getKey(), read);
            if (rule != null && rule.labels() && read instanceof String text) {
                TextRules.judgeLabel(entry.getKey(), text, field, violations);
            }
        }
        return violations.count() == before ? Collections.unmodifiableMap(entries) : null;
    }

    private void countItems(AnnotatedElement rules, int size, String at) {
        RequestField rule = rules.getAnnotation(RequestField.class);
        if (rule != null && (size < rule.min() || size > rule.max())) {
            violations.body(at, "WRONG_SIZE", "must have " + range(rule) + " entries");
        }
    }

    private Object checked(Object record, String path) {
        if (record instanceof Checked checked) {
            checked.check(violations, path);
        }
        return record;
    }

    private static Object construct(Class<?> type, RecordComponent[] components, @Nullable Object[] values) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(type + " refused values that passed its rules", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " has no canonical constructor that can be called", e);
        }
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
