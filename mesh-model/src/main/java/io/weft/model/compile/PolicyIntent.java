package io.weft.model.compile;

import io.weft.model.policy.PolicySpec;

/** A policy at the revision that is due in this cluster. */
public record PolicyIntent(String id, String name, long generation, PolicySpec spec) {}
