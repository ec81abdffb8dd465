/** Proofs grow old (D18): after their expiry a policy counts as applied, not as enforced. */
@NullMarked
package io.weft.upgrade.probe;

import org.jspecify.annotations.NullMarked;
