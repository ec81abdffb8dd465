/** Brings the cluster to the desired state and keeps it there, hub or no hub. Start at {@link Reconciler}. */
@NullMarked
package io.weft.agent.apply;

import org.jspecify.annotations.NullMarked;
