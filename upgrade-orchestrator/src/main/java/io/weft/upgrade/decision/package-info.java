/**
 * What a rollout does next, and why. Pure: no clock, no I/O, no framework. Start at
 * {@link io.weft.upgrade.decision.Rollouts}; everything it reads and returns is a record that can be stored and replayed.
 */
@NullMarked
package io.weft.upgrade.decision;

import org.jspecify.annotations.NullMarked;
