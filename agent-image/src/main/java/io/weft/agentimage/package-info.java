/** Writes the agent's image. Start at {@link AgentImage}. */
@NullMarked
package io.weft.agentimage;

import org.jspecify.annotations.NullMarked;
