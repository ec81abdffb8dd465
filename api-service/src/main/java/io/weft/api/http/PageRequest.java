package io.weft.api.http;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which piece of a list is asked for: {@code WHERE (create_time, id) > (afterTime, afterId) ORDER BY create_time, id
 * LIMIT limit}.
 *
 * @param limit one row more than a page, which tells whether there is another
 * @param afterTime of the last row of the page before, null on the first page
 */
public record PageRequest(
        int limit, @Nullable Instant afterTime, @Nullable UUID afterId) {
    /** Condition on the columns {@code create_time, id}; takes {@code afterTime, afterTime, afterId}. */
    public static final String AFTER = " (?::timestamptz IS NULL OR (create_time, id) > (?::timestamptz, ?::uuid)) ";
}
