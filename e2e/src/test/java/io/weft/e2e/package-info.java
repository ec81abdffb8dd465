/** Suites that see the hub from outside only: REST, kubectl, SQL as the owner of the tables. Run by {@code ./weft test}. */
@NullMarked
package io.weft.e2e;

import org.jspecify.annotations.NullMarked;
