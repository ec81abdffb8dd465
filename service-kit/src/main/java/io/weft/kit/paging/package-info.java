/** Keyset pages and their signed tokens. */
@NullMarked
package io.weft.kit.paging;

import org.jspecify.annotations.NullMarked;
