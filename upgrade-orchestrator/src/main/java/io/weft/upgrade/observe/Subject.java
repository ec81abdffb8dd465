package io.weft.upgrade.observe;

import java.util.UUID;

/** The rollout that is looked at, and where it happens. */
public record Subject(UUID rollout, UUID mesh, UUID installation, UUID cluster) {}
