/** Audit rows, written in the transaction of their effect. */
@NullMarked
package io.weft.kit.audit;

import org.jspecify.annotations.NullMarked;
