package io.weft.kit.tenancy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.kit.wire.WireNames;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads one column as one Java type; null stays null. */
@FunctionalInterface
interface ColumnReader {
    ObjectMapper JSON = new ObjectMapper();

    Map<Class<?>, ColumnReader> SCALARS = Map.ofEntries(
            Map.entry(String.class, ResultSet::getString),
            Map.entry(UUID.class, as(UUID.class)),
            Map.entry(Integer.class, as(Integer.class)),
            Map.entry(int.class, as(Integer.class)),
            Map.entry(Long.class, as(Long.class)),
            Map.entry(long.class, as(Long.class)),
            Map.entry(Double.class, as(Double.class)),
            Map.entry(double.class, as(Double.class)),
            Map.entry(Boolean.class, as(Boolean.class)),
            Map.entry(boolean.class, as(Boolean.class)),
            Map.entry(BigDecimal.class, as(BigDecimal.class)),
            Map.entry(LocalDate.class, as(LocalDate.class)),
            Map.entry(byte[].class, ResultSet::getBytes),
            Map.entry(Instant.class, ColumnReader::instant),
            Map.entry(JsonNode.class, ColumnReader::json),
            Map.entry(String[].class, array(String[].class)),
            Map.entry(UUID[].class, array(UUID[].class)),
            Map.entry(long[].class, longs()),
            Map.entry(double[].class, doubles()));

    @Nullable
    Object read(ResultSet row, int column) throws SQLException;

    /**
     * The reader of a type.
     *
     * @throws IllegalArgumentException no column can be read as this type
     */
    static ColumnReader of(Type type) {
        ColumnReader scalar = SCALARS.get(type);
        return scalar == null ? composed(type) : scalar;
    }

    private static ColumnReader composed(Type type) {
        return switch (type) {
            case ParameterizedType generic
            when generic.getRawType() == Optional.class -> {
                ColumnReader inner = of(generic.getActualTypeArguments()[0]);
                yield (row, column) -> Optional.ofNullable(inner.read(row, column));
            }
            case ParameterizedType generic
            when generic.getRawType() == List.class -> listOf(generic.getActualTypeArguments()[0]);
            case Class<?> constants when constants.isEnum() -> constant(constants);
            case Class<?> wrapper when isWrapper(wrapper) -> wrapped(wrapper);
            default -> throw new IllegalArgumentException("No column can be read as " + type.getTypeName());
        };
    }

    /** A record around one value, such as an id. */
    static boolean isWrapper(Class<?> type) {
        return type.isRecord() && type.getRecordComponents().length == 1;
    }

    private static ColumnReader as(Class<?> type) {
        return (row, column) -> row.getObject(column, type);
    }

    /** {@code infinity} has no instant; it reads as {@link Instant#MAX}. */
    private static @Nullable Object instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        if (time == null) {
            return null;
        }
        return time.equals(OffsetDateTime.MAX) ? Instant.MAX : time.toInstant();
    }

    private static @Nullable Object json(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        try {
            return text == null ? null : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new SQLException("Column " + column + " is no JSON", e);
        }
    }

    private static ColumnReader array(Class<? extends Object[]> type) {
        return (row, column) -> {
            Array array = row.getArray(column);
            return array == null ? null : type.cast(array.getArray());
        };
    }

    private static ColumnReader longs() {
        return (row, column) -> {
            Array array = row.getArray(column);
            return array == null
                    ? null
                    : Stream.of((Long[]) array.getArray())
                            .mapToLong(Long::longValue)
                            .toArray();
        };
    }

    private static ColumnReader doubles() {
        return (row, column) -> {
            Array array = row.getArray(column);
            return array == null
                    ? null
                    : Stream.of((Double[]) array.getArray())
                            .mapToDouble(Double::doubleValue)
                            .toArray();
        };
    }

    private static ColumnReader listOf(Type element) {
        return (row, column) -> {
            Array array = row.getArray(column);
            if (array == null) {
                return null;
            }
            Stream<Object> elements = Arrays.stream((Object[]) array.getArray());
            return element instanceof Class<?> wrapper && isWrapper(wrapper)
                    ? elements.map(value -> construct(wrapper, value)).toList()
                    : elements.toList();
        };
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an enum class whose constant type the compiler cannot know
    private static ColumnReader constant(Class<?> type) {
        return (row, column) -> {
            String name = row.getString(column);
            return name == null ? null : WireNames.parse((Class) type, name);
        };
    }

    private static ColumnReader wrapped(Class<?> wrapper) {
        ColumnReader inner = of(wrapper.getRecordComponents()[0].getGenericType());
        return (row, column) -> {
            Object value = inner.read(row, column);
            return value == null ? null : construct(wrapper, value);
        };
    }

    private static Object construct(Class<?> wrapper, Object value) {
        try {
            Constructor<?> constructor = wrapper.getDeclaredConstructor(wrapper.getRecordComponents()[0].getType());
            constructor.setAccessible(true);
            return constructor.newInstance(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("Cannot make a " + wrapper.getName(), e);
        }
    }
}
