package io.weft.upgrade.decision;

/** Verdict of a gate (D1). Only {@link #PASS} lets a wave end. */
public enum GateVerdict {
    PASS,
    FAIL,
    NO_DATA,
    LATE_DATA,
    TOO_FEW
}
