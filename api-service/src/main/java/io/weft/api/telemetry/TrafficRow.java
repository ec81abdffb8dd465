package io.weft.api.telemetry;

/** Sums over windows for one group and one set of histogram bounds. */
@SuppressWarnings("ArrayRecordComponent") // a row as it is read; never compared
record TrafficRow(
        String srcNamespace,
        String srcWorkload,
        String dstNamespace,
        String dstName,
        long requests,
        long failed,
        double[] bounds,
        long[] counts) {}
