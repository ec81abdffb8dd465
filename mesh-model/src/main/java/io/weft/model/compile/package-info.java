/** Compiles neutral policies for one installation; pure and deterministic. Start at {@link MeshCompiler}. */
@NullMarked
package io.weft.model.compile;

import org.jspecify.annotations.NullMarked;
