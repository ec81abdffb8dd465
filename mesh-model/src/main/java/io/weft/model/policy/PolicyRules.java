package io.weft.model.policy;

/** What a policy demands; one record per kind. */
public sealed interface PolicyRules permits MutualTls, Authorization, TrafficRoute {
    PolicyKind kind();
}
