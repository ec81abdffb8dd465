/** The agent that runs in a cluster. */
@NullMarked
package io.weft.agent;

import org.jspecify.annotations.NullMarked;
