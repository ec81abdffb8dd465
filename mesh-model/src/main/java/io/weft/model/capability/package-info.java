/** What each mesh and version can enforce, as data. Start at {@link Capabilities}. */
@NullMarked
package io.weft.model.capability;

import org.jspecify.annotations.NullMarked;
