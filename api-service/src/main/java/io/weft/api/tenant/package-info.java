/** The organisation: who it is, and how the first ones come to be. */
@NullMarked
package io.weft.api.tenant;

import org.jspecify.annotations.NullMarked;
