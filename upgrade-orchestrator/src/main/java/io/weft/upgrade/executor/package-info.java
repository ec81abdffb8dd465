/**
 * Carries decisions out: durable, fenced by the lease epoch, one transaction per look. Start at
 * {@link io.weft.upgrade.executor.RolloutExecutor}.
 */
@NullMarked
package io.weft.upgrade.executor;

import org.jspecify.annotations.NullMarked;
