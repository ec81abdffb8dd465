/** Identity, enrolment and the one stream to the hub. Start at {@link Connection}. */
@NullMarked
package io.weft.agent.connect;

import org.jspecify.annotations.NullMarked;
