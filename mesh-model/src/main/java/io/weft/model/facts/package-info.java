/** What is known of a cluster, as a pure projection of its inventory. Start at {@link ClusterFacts}. */
@NullMarked
package io.weft.model.facts;

import org.jspecify.annotations.NullMarked;
