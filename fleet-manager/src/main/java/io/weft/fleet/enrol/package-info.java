/** How an agent gets its certificates: join token, renewal, return after expiry. Start at {@link io.weft.fleet.enrol.Enrolments}. */
@NullMarked
package io.weft.fleet.enrol;

import org.jspecify.annotations.NullMarked;
