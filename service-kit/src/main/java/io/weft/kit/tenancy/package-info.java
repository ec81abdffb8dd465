/** The only door to SQL: transactions that know their tenant. Start at {@link TenantTransactions}. */
@NullMarked
package io.weft.kit.tenancy;

import org.jspecify.annotations.NullMarked;
