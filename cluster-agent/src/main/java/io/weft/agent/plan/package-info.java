/** What differs between desired and observed, as data. Pure: no clock, no I/O. Start at {@link Plan}. */
@NullMarked
package io.weft.agent.plan;

import org.jspecify.annotations.NullMarked;
