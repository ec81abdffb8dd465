/** The audit log, read only: rows are written with their effects. */
@NullMarked
package io.weft.api.audit;

import org.jspecify.annotations.NullMarked;
