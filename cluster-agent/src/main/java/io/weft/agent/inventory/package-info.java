/** What lives in the cluster, pruned, and what preflight finds in it. Start at {@link Inventory}. */
@NullMarked
package io.weft.agent.inventory;

import org.jspecify.annotations.NullMarked;
