package io.weft.fleet.aggregate;

/** A value and the batch it came in: of several the one of the latest batch counts, unless the key is a counter. */
record Gauge(double value, long run, long sequence) {}
