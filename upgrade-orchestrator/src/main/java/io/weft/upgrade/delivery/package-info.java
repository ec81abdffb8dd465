/** One policy write reaches clusters in order (D6). Pure part: {@link io.weft.upgrade.delivery.Delivery}. */
@NullMarked
package io.weft.upgrade.delivery;

import org.jspecify.annotations.NullMarked;
