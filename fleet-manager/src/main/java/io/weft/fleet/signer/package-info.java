/** The agent CA: root, one intermediate per tenant, the gateway's certificate. Private keys never leave this package. Start at {@link io.weft.fleet.signer.Signer}. */
@NullMarked
package io.weft.fleet.signer;

import org.jspecify.annotations.NullMarked;
