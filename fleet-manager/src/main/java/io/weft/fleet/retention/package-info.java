/** What is removed, and when. Start at {@link io.weft.fleet.retention.Retention}. */
@NullMarked
package io.weft.fleet.retention;

import org.jspecify.annotations.NullMarked;
