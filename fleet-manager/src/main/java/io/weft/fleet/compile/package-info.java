/** Turns rows into the layers of a cluster's desired state. Start at {@link CompileLoop} and {@link Compiles}. */
@NullMarked
package io.weft.fleet.compile;

import org.jspecify.annotations.NullMarked;
