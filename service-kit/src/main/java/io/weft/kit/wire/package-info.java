/** How enum values are written in JSON and SQL. */
@NullMarked
package io.weft.kit.wire;

import org.jspecify.annotations.NullMarked;
