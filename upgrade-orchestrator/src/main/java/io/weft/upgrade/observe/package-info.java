/**
 * Reads what a decision is made from, in the tenant's transaction. Start at
 * {@link io.weft.upgrade.observe.ObservationReader}; nothing here writes.
 */
@NullMarked
package io.weft.upgrade.observe;

import org.jspecify.annotations.NullMarked;
