/** The gateway: one stream per agent, desired state down, reports up. Start at {@link io.weft.fleet.agents.Gateway}; what a stream sends is decided in {@link io.weft.fleet.agents.AgentSession}. */
@NullMarked
package io.weft.fleet.agents;

import org.jspecify.annotations.NullMarked;
