package io.weft.kit.tenancy;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.wire.WireNames;
import java.lang.reflect.RecordComponent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGobject;

/** Binds Java values to the markers of a statement. */
final class SqlParameters {
    private SqlParameters() {}

    static void bind(PreparedStatement statement, @Nullable Object[] values) throws SQLException {
        for (int index = 0; index < values.length; index++) {
            bind(statement, index + 1, values[index]);
        }
    }

    private static void bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        switch (value) {
            case null -> statement.setNull(index, Types.NULL);
            case Optional<?> optional -> bind(statement, index, optional.orElse(null));
            case Instant instant -> statement.setObject(index, OffsetDateTime.ofInstant(instant, ZoneOffset.UTC));
            case JsonNode json -> statement.setObject(index, jsonb(json));
            case Enum<?> constant -> statement.setString(index, WireNames.of(constant));
            case Collection<?> elements -> statement.setArray(index, array(statement.getConnection(), elements));
            case String[] elements -> bind(statement, index, Arrays.asList(elements));
            case UUID[] elements -> bind(statement, index, Arrays.asList(elements));
            case long[] elements ->
                bind(statement, index, Arrays.stream(elements).boxed().toList());
            case double[] elements ->
                bind(statement, index, Arrays.stream(elements).boxed().toList());
            case Record identifier -> bind(statement, index, onlyComponent(identifier));
            default -> statement.setObject(index, value);
        }
    }

    private static PGobject jsonb(JsonNode json) throws SQLException {
        PGobject object = new PGobject();
        object.setType("jsonb");
        object.setValue(json.toString());
        return object;
    }

    /** The element type is that of the first element; an empty list is a text array, so write {@code ?::uuid[]}. */
    private static java.sql.Array array(Connection connection, Collection<?> elements) throws SQLException {
        Object[] unwrapped = elements.stream().map(SqlParameters::element).toArray();
        String type = switch (unwrapped.length == 0 ? "" : unwrapped[0]) {
            case UUID _ -> "uuid";
            case Long _ -> "bigint";
            case Integer _ -> "integer";
            case Double _ -> "double precision";
            case Boolean _ -> "boolean";
            default -> "text";
        };
        return connection.createArrayOf(type, unwrapped);
    }

    private static Object element(Object element) {
        return switch (element) {
            case Record identifier -> onlyComponent(identifier);
            case Enum<?> constant -> WireNames.of(constant);
            default -> element;
        };
    }

    private static Object onlyComponent(Record identifier) {
        RecordComponent[] components = identifier.getClass().getRecordComponents();
        if (components.length != 1) {
            throw new IllegalArgumentException("A record with several components is no SQL value: "
                    + identifier.getClass().getName());
        }
        try {
            var accessor = components[0].getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(identifier);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    "Cannot read " + identifier.getClass().getName(), e);
        }
    }
}
