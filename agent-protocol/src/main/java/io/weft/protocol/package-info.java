/** The wire contract between hub and agent; everything else here is generated. */
@NullMarked
package io.weft.protocol;

import org.jspecify.annotations.NullMarked;
