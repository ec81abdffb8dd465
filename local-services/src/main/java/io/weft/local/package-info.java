/** PostgreSQL and Kafka as child processes of this machine. Start at {@link LocalServices}. */
@NullMarked
package io.weft.local;

import org.jspecify.annotations.NullMarked;
