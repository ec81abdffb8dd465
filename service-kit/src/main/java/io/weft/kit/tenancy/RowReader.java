package io.weft.kit.tenancy;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Turns rows into records: column {@code create_time} is component {@code createTime}; one column may be one plain value. */
@FunctionalInterface
interface RowReader<T> {
    T read(ResultSet row) throws SQLException;

    static <T> RowReader<T> of(Class<T> type, ResultSetMetaData columns) throws SQLException {
        return isOneValue(type, columns) ? oneValue(type) : record(type, columns);
    }

    private static boolean isOneValue(Class<?> type, ResultSetMetaData columns) throws SQLException {
        if (!type.isRecord()) {
            return true;
        }
        return columns.getColumnCount() == 1
                && ColumnReader.isWrapper(type)
                && !type.getRecordComponents()[0].getName().equals(camelCase(columns.getColumnLabel(1)));
    }

    private static <T> RowReader<T> oneValue(Class<T> type) {
        ColumnReader reader = ColumnReader.of(type);
        return row -> {
            Object value = reader.read(row, 1);
            if (value == null) {
                throw new IllegalStateException(
                        "The column is null: list it as a component marked @Nullable or Optional");
            }
            return cast(type, value);
        };
    }

    @SuppressWarnings("unchecked") // int.class.cast refuses an Integer
    private static <T> T cast(Class<T> type, Object value) {
        return type.isPrimitive() ? (T) value : type.cast(value);
    }

    private static <T> RowReader<T> record(Class<T> type, ResultSetMetaData columns) throws SQLException {
        RecordComponent[] components = type.getRecordComponents();
        Map<String, Integer> positions = positions(columns);
        requireSameNames(type, components, positions.keySet());
        ColumnReader[] readers = Arrays.stream(components)
                .map(component -> ColumnReader.of(component.getGenericType()))
                .toArray(ColumnReader[]::new);
        Constructor<T> constructor = canonical(type, components);
        return row -> {
            @Nullable Object[] values = new @Nullable Object[components.length];
            for (int index = 0; index < values.length; index++) {
                RecordComponent component = components[index];
                values[index] = readers[index].read(row, position(positions, component));
                if (values[index] == null && !mayBeNull(component)) {
                    throw new IllegalStateException(type.getName() + "." + component.getName()
                            + " is null in the database: mark it @Nullable or Optional, or fix the query");
                }
            }
            return construct(constructor, values);
        };
    }

    private static int position(Map<String, Integer> positions, RecordComponent component) {
        return Optional.ofNullable(positions.get(component.getName())).orElseThrow();
    }

    private static Map<String, Integer> positions(ResultSetMetaData columns) throws SQLException {
        Map<String, Integer> positions = new HashMap<>();
        for (int column = 1; column <= columns.getColumnCount(); column++) {
            if (positions.put(camelCase(columns.getColumnLabel(column)), column) != null) {
                throw new IllegalArgumentException("Two columns are called " + columns.getColumnLabel(column));
            }
        }
        return positions;
    }

    private static void requireSameNames(Class<?> type, RecordComponent[] components, Set<String> columns) {
        Set<String> missing = new TreeSet<>();
        Set<String> unused = new TreeSet<>(columns);
        for (RecordComponent component : components) {
            if (!unused.remove(component.getName())) {
                missing.add(component.getName());
            }
        }
        if (!missing.isEmpty() || !unused.isEmpty()) {
            throw new IllegalArgumentException(
                    type.getName() + " does not fit its query: without a column " + missing + ", not used " + unused);
        }
    }

    private static boolean mayBeNull(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static <T> Constructor<T> canonical(Class<T> type, RecordComponent[] components) {
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(type.getName() + " has no canonical constructor", e);
        }
    }

    private static <T> T construct(Constructor<T> constructor, @Nullable Object[] values) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw new IllegalStateException(constructor.getDeclaringClass().getName() + " refused a row", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "Cannot make a " + constructor.getDeclaringClass().getName(), e);
        }
    }

    private static String camelCase(String column) {
        StringBuilder name = new StringBuilder();
        for (String word : column.split("_", -1)) {
            name.append(
                    name.isEmpty() || word.isEmpty()
                            ? word
                            : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return name.toString();
    }
}
