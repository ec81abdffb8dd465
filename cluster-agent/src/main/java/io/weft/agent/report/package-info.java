/** The way up to the hub, as every part of the agent sees it. */
@NullMarked
package io.weft.agent.report;

import org.jspecify.annotations.NullMarked;
