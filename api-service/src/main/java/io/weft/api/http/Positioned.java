package io.weft.api.http;

import java.time.Instant;
import java.util.UUID;

/** Something that lists are ordered by. */
public interface Positioned {
    UUID id();

    Instant createTime();
}
