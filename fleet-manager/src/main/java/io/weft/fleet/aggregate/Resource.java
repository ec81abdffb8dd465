package io.weft.fleet.aggregate;

import java.util.Optional;

/** CPU seconds add up; of memory (bytes) the highest counts. Empty: nobody reported. */
record Resource(Optional<Double> cpuSeconds, Optional<Long> memoryBytes) {}
