/** What every service of the hub shares. No mesh word in it. */
@NullMarked
package io.weft.kit;

import org.jspecify.annotations.NullMarked;
