package io.weft.api.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A piece of a list; {@code nextPageToken} is null on the last. */
public record Page<T>(List<T> items, @Nullable String nextPageToken) {}
