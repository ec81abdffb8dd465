/** The service that owns every clock-driven loop. */
@NullMarked
package io.weft.upgrade;

import org.jspecify.annotations.NullMarked;
