/** The REST API over HTTP, with the real filters and a real PostgreSQL. Start at {@link Hub}. */
@NullMarked
package io.weft.api;

import org.jspecify.annotations.NullMarked;
