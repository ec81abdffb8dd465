package io.weft.kit.seal;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** A time as entries and statements write it: UTC with all six digits that PostgreSQL keeps. */
final class SealTime {
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private SealTime() {}

    static String text(Instant time) {
        return FORM.format(time);
    }
}
