/**
 * Seals over the audit log: every minute the entries committed since are listed by digest in a statement that names the
 * digest of the statement before, and is signed. Start at {@link io.weft.kit.seal.Sealer} and {@link io.weft.kit.seal.SealCheck}.
 */
@NullMarked
package io.weft.kit.seal;

import org.jspecify.annotations.NullMarked;
