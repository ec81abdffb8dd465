/** Version numbers and the legal next step of an upgrade. Start at {@link UpgradePath}. */
@NullMarked
package io.weft.model.version;

import org.jspecify.annotations.NullMarked;
