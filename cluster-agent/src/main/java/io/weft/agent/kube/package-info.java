/** The thin door to the API server: JSON in, JSON out, list-and-watch with pruned items. Start at {@link KubeApi}. */
@NullMarked
package io.weft.agent.kube;

import org.jspecify.annotations.NullMarked;
