/**
 * The main job from nothing, told with measured figures. It speaks REST to the hub and uses kubectl and helm for what a
 * user would type; nothing here looks into Weft. Start at {@link io.weft.e2e.demo.MainJob}.
 */
@NullMarked
package io.weft.e2e.demo;

import org.jspecify.annotations.NullMarked;
