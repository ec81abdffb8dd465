/**
 * Starts and ends everything that {@code ./weft up} shows, as plain processes of this machine, each with a run file that
 * names pid and start time. Start at {@link io.weft.e2e.launch.Main}; {@link io.weft.e2e.launch.Stack} holds the order.
 */
@NullMarked
package io.weft.e2e.launch;

import org.jspecify.annotations.NullMarked;
