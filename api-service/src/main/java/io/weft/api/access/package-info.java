/** Who may call: API keys, their verification and their management. Start at {@link AuthenticationFilter}. */
@NullMarked
package io.weft.api.access;

import org.jspecify.annotations.NullMarked;
