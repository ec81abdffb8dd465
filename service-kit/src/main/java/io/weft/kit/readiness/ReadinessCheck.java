package io.weft.kit.readiness;

import java.util.List;

/** Finds what would make running unsafe. Every bean of this type is asked before the service serves. */
@FunctionalInterface
public interface ReadinessCheck {
    /** One sentence per danger: what is set how, why it is unsafe, what to do. Empty: safe. */
    List<String> dangers();
}
