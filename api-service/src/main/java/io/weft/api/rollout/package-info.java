/** Rollouts of a mesh's version through an installation: their plan, their course, and interventions. */
@NullMarked
package io.weft.api.rollout;

import org.jspecify.annotations.NullMarked;
