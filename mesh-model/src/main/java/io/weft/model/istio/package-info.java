/** Documents that tell the agent how to move, scrape and read an Istio sidecar mesh. Start at {@link IstioDocuments}. */
@NullMarked
package io.weft.model.istio;

import org.jspecify.annotations.NullMarked;
