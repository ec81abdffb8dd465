/** Telemetry from Kafka into ten-second rows, each batch exactly once. Start at {@link io.weft.fleet.aggregate.Aggregator}. */
@NullMarked
package io.weft.fleet.aggregate;

import org.jspecify.annotations.NullMarked;
