/** Policies: what is asked for, where it holds, in which order clusters get it, and what proves it. */
@NullMarked
package io.weft.api.policy;

import org.jspecify.annotations.NullMarked;
