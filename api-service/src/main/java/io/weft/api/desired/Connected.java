package io.weft.api.desired;

/** When an agent counts as connected. */
public final class Connected {
    /**
     * Column {@code connected} over {@code agent_link l}. A stream without a heartbeat for 45 seconds is half open: nobody is at its other
     * end.
     */
    public static final String COLUMN = """
            (l.connect_time IS NOT NULL AND (l.disconnect_time IS NULL OR l.disconnect_time < l.connect_time)
                AND COALESCE(l.last_seen_time, l.connect_time) > now() - interval '45 seconds')
                AS connected
            """;

    private Connected() {}
}
