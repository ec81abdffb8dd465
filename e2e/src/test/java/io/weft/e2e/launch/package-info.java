/** Tests of the package of the same name. */
@NullMarked
package io.weft.e2e.launch;

import org.jspecify.annotations.NullMarked;
