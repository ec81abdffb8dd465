/** Telemetry from streams into Kafka: quotas, order, acknowledgement. Start at {@link io.weft.fleet.telemetry.TelemetryIngest}. */
@NullMarked
package io.weft.fleet.telemetry;

import org.jspecify.annotations.NullMarked;
