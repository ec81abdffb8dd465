/** Seals the audit log of every organisation, each minute. Start at {@link io.weft.upgrade.seal.SealingLoop}. */
@NullMarked
package io.weft.upgrade.seal;

import org.jspecify.annotations.NullMarked;
