/** Renders a release's charts in a child process and cuts the objects into layers. Start at {@link ChartRenderer}. */
@NullMarked
package io.weft.fleet.render;

import org.jspecify.annotations.NullMarked;
