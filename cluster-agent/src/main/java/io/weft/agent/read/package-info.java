/** Endpoints with a typed parser, read by definition. Start at {@link Reader}. */
@NullMarked
package io.weft.agent.read;

import org.jspecify.annotations.NullMarked;
