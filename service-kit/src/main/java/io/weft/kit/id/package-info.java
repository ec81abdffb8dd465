/** Public ids (prefix and UUIDv7) and the tenant's id. */
@NullMarked
package io.weft.kit.id;

import org.jspecify.annotations.NullMarked;
