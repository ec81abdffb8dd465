/** What a write says about clusters' desired state. */
@NullMarked
package io.weft.api.desired;

import org.jspecify.annotations.NullMarked;
