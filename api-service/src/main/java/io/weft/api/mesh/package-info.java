/** Releases, meshes and their installations in clusters. */
@NullMarked
package io.weft.api.mesh;

import org.jspecify.annotations.NullMarked;
