/** The service that agents talk to. */
@NullMarked
package io.weft.fleet;

import org.jspecify.annotations.NullMarked;
