/** What agents say lives in their clusters, as rows. Start at {@link io.weft.fleet.inventory.InventoryIngest}. */
@NullMarked
package io.weft.fleet.inventory;

import org.jspecify.annotations.NullMarked;
