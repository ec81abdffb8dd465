/** Level-triggered loops: woken or due, they look at everything anew. */
@NullMarked
package io.weft.agent.loop;

import org.jspecify.annotations.NullMarked;
