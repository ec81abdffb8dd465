/** Clusters, how their agents join and are cut off, and what they hold. */
@NullMarked
package io.weft.api.cluster;

import org.jspecify.annotations.NullMarked;
