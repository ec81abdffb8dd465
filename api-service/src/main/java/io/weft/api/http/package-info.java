/**
 * The conventions of the REST API, each in one place: request id, caller, permission, body, page, entity tag,
 * idempotent writes, problems. Feature packages use it; it knows none of them. Start at {@link Writes}.
 */
@NullMarked
package io.weft.api.http;

import org.jspecify.annotations.NullMarked;
