/** Objects for a cluster, their canonical JSON, phases with checks, layers and digests. Start at {@link Layer}. */
@NullMarked
package io.weft.model.manifest;

import org.jspecify.annotations.NullMarked;
